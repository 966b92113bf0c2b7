"""The rules of the alliance: what holds for everybody's points, from an instant on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.members.models import User
from district.merchants.models import Merchant
from loyalty.errors import AlliancePolicyOverlap, BreakageToMerchant
from loyalty.models import AlliancePolicy


@dataclass(frozen=True)
class AlliancePolicyValues:
    """Times in minutes and days, limits in points, the fallback's price and what a point takes off a bill in
    thousandths of a fen.

    `breakage_to` keeps what nobody spent, None: back to whoever issued it. From `confirm_from` points
    on the member confirms a spending on the phone, None: never. Points of a receipt above a ceiling wait
    for a person, None: no ceiling; from `review_by_two_from_points` on for two.
    """

    breakage_to: Merchant | None = None
    hold_minutes: int = 120
    grace_days: int = 7
    confirm_from: int | None = 20_000
    confirm_minutes: int = 5
    fallback_points: int = 1
    fallback_per_fen: int = 200
    fallback_price_milli_fen: int = 1000
    warn_days: int = 30
    adjust_limit: int = 10_000
    adjust_day_limit: int = 50_000
    point_value_milli_fen: int = 1000
    receipt_ceiling_points: int | None = 50_000
    member_day_ceiling_points: int | None = 200_000
    key_day_ceiling_points: int | None = 1_000_000
    merchant_day_ceiling_points: int | None = 3_000_000
    review_by_two_from_points: int = 500_000


@transaction.atomic
def set_alliance_policy(
    *, policy: AlliancePolicyValues, start: datetime, by: User | None = None
) -> AlliancePolicy:
    """New rules from `start` on; those in force end there. What is in force already changes nothing.

    Nothing is ruled backwards: a `start` that is past means now, since points may have expired by
    the earlier rule.

    Raises BreakageToMerchant, AlliancePolicyOutOfBounds, AlliancePolicyOverlap when later rules exist already.
    """
    if policy.breakage_to is not None and policy.breakage_to.kind == Merchant.Kind.MERCHANT:
        raise BreakageToMerchant(merchant=policy.breakage_to.public_id)
    with connection.cursor() as cursor:
        # One setter at a time; readers are not hindered.
        cursor.execute("lock table loyalty_alliancepolicy in share row exclusive mode")
    start = max(start, clock.now())
    newest = AlliancePolicy.objects.order_by("-valid__startswith").first()
    if newest is not None:
        if newest.valid.lower <= start and _same(newest, policy):
            return newest
        if newest.valid.lower >= start:
            raise AlliancePolicyOverlap(earliest=newest.valid.lower.isoformat())
        newest.valid = DateTimeTZRange(newest.valid.lower, start)
        newest.save(update_fields=["valid"])
    kind = policy.breakage_to.kind if policy.breakage_to is not None else None
    with translate_database_errors():
        row = AlliancePolicy.objects.create(
            valid=DateTimeTZRange(start, None), breakage_kind=kind, **vars(policy)
        )
    audit_values: dict[str, Any] = _audit_values(policy)
    audit.record(
        by=by,
        verb="set_alliance_policy",
        subject=f"loyalty.alliancepolicy:{row.pk}",
        **audit_values,
    )
    return row


def _same(row: AlliancePolicy, policy: AlliancePolicyValues) -> bool:
    return all(getattr(row, name) == value for name, value in vars(policy).items())


def _audit_values(policy: AlliancePolicyValues) -> dict[str, Any]:
    party = policy.breakage_to
    return vars(policy) | {"breakage_to": party.pk if party is not None else None}
