"""What is asked of reports."""

import base64
import hmac
from datetime import datetime

from django.db.models import QuerySet

from credit.financing.models import FinancingReport, PartnerInstitution, ReportStatus
from credit.financing.report_text import PURPOSE
from district.kernel.database.ids import looks_like
from district.kernel.security import signatures


def institutions() -> "QuerySet[PartnerInstitution]":
    """Those that work with the district now."""
    return PartnerInstitution.objects.filter(is_active=True).order_by("kind", "name")


def report_status(public_id: str, digest: str, at: datetime) -> ReportStatus:
    """Whether a report holds; who does not know its digest learns no more than that it is not as it was."""
    if not looks_like("frp", public_id):
        return ReportStatus.UNKNOWN
    report = FinancingReport.objects.filter(public_id=public_id).first()
    if report is None:
        return ReportStatus.UNKNOWN
    if not hmac.compare_digest(report.digest.encode(), digest.lower().encode()):
        return ReportStatus.ALTERED
    return status_of(report, at)


def status_of(report: FinancingReport, at: datetime) -> ReportStatus:
    """Of a report as it was issued."""
    if report.revoked_at is not None:
        return ReportStatus.REVOKED
    return ReportStatus.EXPIRED if report.expires_at <= at else ReportStatus.VALID


def public_keys() -> list[dict[str, object]]:
    """The keys by which reports are checked, the newest first; a key of before stays while reports of it live."""
    return [
        {"version": version, "public_key": base64.b64encode(key).decode()}
        for version, key in signatures.public_keys(PURPOSE).items()
    ]
