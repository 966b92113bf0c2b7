"""The rules of the alliance: what holds for everybody's points, from an instant on."""

from dataclasses import asdict
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.members.models import User
from district.merchants.models import Merchant
from loyalty.errors import AlliancePolicyOverlap, BreakageToMerchant
from loyalty.models import AlliancePolicy
from loyalty.values import AlliancePolicyValues


@transaction.atomic
def set_alliance_policy(
    *, policy: AlliancePolicyValues, start: datetime, by: User | None = None
) -> AlliancePolicy:
    """New rules from `start` on; those in force end there. What is in force already changes nothing.

    Nothing is ruled backwards: a `start` that is past means now, since points may have expired by
    the earlier rule.

    Raises BreakageToMerchant, AlliancePolicyOutOfBounds, AlliancePolicyOverlap when later rules exist already.
    """
    party = None if policy.breakage_to is None else Merchant.objects.get(pk=policy.breakage_to)
    if party is not None and party.kind == Merchant.Kind.MERCHANT:
        raise BreakageToMerchant(merchant=party.public_id)
    with connection.cursor() as cursor:
        # One setter at a time; readers are not hindered.
        cursor.execute("lock table loyalty_alliancepolicy in share row exclusive mode")
    start = max(start, clock.now())
    columns = _columns(policy)
    newest = AlliancePolicy.objects.order_by("-valid__startswith").first()
    if newest is not None:
        same = all(getattr(newest, name) == value for name, value in columns.items())
        if newest.valid.lower <= start and same:
            return newest
        if newest.valid.lower >= start:
            raise AlliancePolicyOverlap(earliest=newest.valid.lower.isoformat())
        newest.valid = DateTimeTZRange(newest.valid.lower, start)
        newest.save(update_fields=["valid"])
    with translate_database_errors():
        row = AlliancePolicy.objects.create(
            valid=DateTimeTZRange(start, None),
            breakage_kind=None if party is None else party.kind,
            **columns,
        )
    audit.record(
        by=by,
        verb="set_alliance_policy",
        subject=f"loyalty.alliancepolicy:{row.pk}",
        **asdict(policy),
    )
    return row


def _columns(policy: AlliancePolicyValues) -> dict[str, int | None]:
    values = asdict(policy)
    return {"breakage_to_id": values.pop("breakage_to")} | values
