"""Tighter ceilings on earning at one merchant, from an instant on."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.members.models import User
from district.merchants.models import Merchant
from loyalty import queries
from loyalty.errors import CeilingAboveAlliance, CeilingsOverlap
from loyalty.models import MerchantCeilings


@dataclass(frozen=True)
class Ceilings:
    """Points of a receipt, of a member and day, of a key and day, of the merchant and day; None: as the
    alliance's rules say."""

    receipt_points: int | None = None
    member_day_points: int | None = None
    key_day_points: int | None = None
    merchant_day_points: int | None = None


@transaction.atomic
def set_ceilings(
    *, merchant: Merchant, ceilings: Ceilings, start: datetime, by: User | None = None
) -> MerchantCeilings:
    """New ceilings from `start` on, which must be tighter than the alliance's; those in force end there.

    What is in force already changes nothing. A `start` that is past means now: what was posted stays.

    Raises CeilingAboveAlliance, CeilingsOutOfBounds, CeilingsOverlap when later ones exist already.
    """
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    start = max(start, clock.now())
    _require_tighter(ceilings, start)
    newest = MerchantCeilings.objects.filter(merchant=merchant).order_by("-valid").first()
    if newest is not None:
        same = all(getattr(newest, name) == value for name, value in asdict(ceilings).items())
        if same and newest.valid.lower <= start:
            return newest
        if newest.valid.lower >= start:
            raise CeilingsOverlap(earliest=newest.valid.lower.isoformat())
        newest.valid = DateTimeTZRange(newest.valid.lower, start)
        newest.save(update_fields=["valid"])
    with translate_database_errors():
        row = MerchantCeilings.objects.create(
            merchant=merchant, valid=DateTimeTZRange(start, None), **asdict(ceilings)
        )
    audit.record(
        by=by,
        verb="set_ceilings",
        subject=f"loyalty.merchantceilings:{row.pk}",
        merchant=merchant.pk,
        **asdict(ceilings),
    )
    return row


def _require_tighter(ceilings: Ceilings, at: datetime) -> None:
    alliance = queries.alliance_policy_at(at)
    pairs = (
        (ceilings.receipt_points, alliance.receipt_ceiling_points),
        (ceilings.member_day_points, alliance.member_day_ceiling_points),
        (ceilings.key_day_points, alliance.key_day_ceiling_points),
        (ceilings.merchant_day_points, alliance.merchant_day_ceiling_points),
    )
    for own, limit in pairs:
        if own is not None and limit is not None and own > limit:
            raise CeilingAboveAlliance(limit=limit)
