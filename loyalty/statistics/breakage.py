"""Breakage: points that nobody spent in time, and who keeps what they would have cost."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from district.kernel import clock
from loyalty.statistics.scope import StatisticsScope


@dataclass(frozen=True)
class MonthlyBreakage:
    """What expired in one month: points, their price, and how many of them fell to another party
    than the issuer, as the breakage rule of the day said."""

    first: date
    points: int
    milli_fen: int
    to_other_party: int


def breakage(scope: StatisticsScope, months: int = 12) -> list[MonthlyBreakage]:
    """Each of the last months, this one included, the oldest first."""
    this = clock.business_day(clock.now()).replace(day=1)
    firsts = [_months_before(this, number) for number in range(months - 1, -1, -1)]
    with connection.cursor() as cursor:
        terms = scope.terms | {"since": clock.start_of_day(firsts[0])}
        cursor.execute(_BREAKAGE, terms)
        found = {first: tuple(map(int, sums)) for first, *sums in cursor.fetchall()}
    return [MonthlyBreakage(first, *found.get(first, (0, 0, 0))) for first in firsts]


def _months_before(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(year, month + 1, 1)


_BREAKAGE = """
select date_trunc('month', transfer.at at time zone 'Asia/Shanghai')::date,
    sum(draw.points), sum(draw.points * lot.price_milli_fen),
    coalesce(sum(draw.points) filter (where draw.redeemer_id <> lot.issuer_id), 0)
from loyalty_transfer transfer
join loyalty_draw draw on draw.transfer_id = transfer.id
join loyalty_lot lot on lot.transfer_id = draw.lot_id
join loyalty_transfer first on first.id = coalesce(lot.origin_id, lot.transfer_id)
where transfer.kind = 'expire' and transfer.at >= %(since)s
    and (%(merchant)s::bigint is null or lot.issuer_id = %(merchant)s)
    and (%(stores)s::bigint[] is null or first.store_id = any(%(stores)s::bigint[]))
group by 1
"""
