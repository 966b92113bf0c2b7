"""The text of a report: canonical JSON of what credit says of a merchant at the instant, and its signature."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from credit.financing.errors import NothingToReport
from credit.financing.models import FinancingReport
from credit.queries.explanations import explanation_of
from credit.queries.policies import policy_on
from credit.queries.snapshots import newest_snapshot
from credit.queries.standing import standing_of
from district.kernel import clock
from district.kernel.security import signatures
from district.merchants.models import Store
from loyalty import queries as loyalty

FORMAT: Final = "smart-district-financing-report/1"
PURPOSE: Final = "financing report"
_NOTE: Final = "本报告为商圈诚信等级及其依据，由商户自愿提供给指定机构用于指定用途，不是征信报告。"


@dataclass(frozen=True, slots=True)
class SignedText:
    text: str
    digest: str
    key_version: int
    signature: str


def report_text(report: FinancingReport) -> str:
    """Canonical JSON: sorted keys, no spaces. Raises NothingToReport before the first snapshot."""
    merchant, institution, at = report.merchant, report.institution, report.issued_at
    document = {
        "format": FORMAT,
        "report": report.public_id,
        "note": _NOTE,
        "merchant": {
            "id": merchant.public_id,
            "name": merchant.name,
            "legal_name": merchant.legal_name,
            "uscc": merchant.uscc,
        },
        "institution": {
            "id": institution.public_id,
            "name": institution.name,
            "kind": institution.kind,
        },
        "purpose": report.purpose,
        "consent": report.consent,
        "issued_at": instant_text(at),
        "expires_at": instant_text(report.expires_at),
        "verify_at": verification_address(report),
        "credit": _credit(merchant.pk),
        "facts": _facts(merchant.pk, at),
        "transactions": _transactions(merchant.pk, at) if report.with_transactions else None,
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def signed(text: str) -> SignedText:
    """By the newest key; the signature is over the text's UTF-8 bytes, in base64."""
    version = signatures.newest()
    signature = signatures.sign(text.encode(), purpose=PURPOSE, version=version)
    return SignedText(text, digest_of(text), version, base64.b64encode(signature).decode())


def digest_of(text: str) -> str:
    """SHA-256 of the text in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def verification_address(report: FinancingReport) -> str:
    """Where anybody may ask whether the report still holds."""
    address = reverse("financing_status", args=[report.public_id])
    return f"{settings.PUBLIC_URL.rstrip('/')}{address}"


def instant_text(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds")


def _credit(merchant: int) -> dict[str, Any]:
    snapshot = newest_snapshot(merchant)
    if snapshot is None:
        raise NothingToReport
    explanation = explanation_of(snapshot, policy_on(snapshot.as_of))
    return {
        "as_of": snapshot.as_of.isoformat(),
        "policy": snapshot.policy_version,
        "grade": snapshot.grade,
        "score": str(snapshot.score),
        "raw": snapshot.result["raw"],
        "interval": snapshot.result["interval"],
        "evidence": snapshot.confidence,
        "contributions": [[line.text, line.points] for line in explanation.contributions],
        "limits": explanation.grade_limits,
        "inputs_digest": snapshot.inputs_digest,
        "complaints_of_twelve_months": snapshot.statistics,
    }


def _facts(merchant: int, at: datetime) -> dict[str, Any]:
    """What is public of the merchant, as at any of its stores."""
    stores = Store.objects.select_related("merchant", "venue", "trade")
    store = stores.filter(merchant=merchant).order_by("pk").first()
    if store is None:
        raise NothingToReport
    standing = standing_of(store, at=at)
    licence = standing.licence
    return {
        "licence": {
            "status": licence.status.value,
            "number": licence.licence.number if licence.licence else None,
        },
        "profile": standing.profile,
        "promises": [promise.name for promise in standing.promises],
        "records": [
            {
                "level": record.level,
                "title": record.title,
                "authority": record.authority,
                "determined_on": record.determined_on.isoformat(),
                "ends_on": record.ends_on.isoformat(),
            }
            for record in standing.records
        ],
    }


def _transactions(merchant: int, at: datetime) -> list[dict[str, Any]]:
    """By whole Shanghai months, the last twelve before this one; amounts in fen."""
    last = clock.business_day(at).replace(day=1) - timedelta(days=1)
    first = last.replace(year=last.year - 1, day=1)
    first = (first + timedelta(days=31)).replace(day=1)
    return [
        {
            "month": f"{month:%Y-%m}",
            "purchases": purchases,
            "paid_fen": paid_fen,
            "refunded_fen": refunded_fen,
        }
        for month, purchases, paid_fen, refunded_fen in loyalty.monthly_totals(
            merchant, first, last
        )
    ]
