"""What a cycle would come to if it closed as it stands: for those who propose and who approve."""

from dataclasses import dataclass

from django.db import connection

from loyalty.settlement.models import Cycle
from loyalty.settlement.queries.cycles import window_of


@dataclass(frozen=True)
class DraftLine:
    """What one merchant would owe another, before fractions of earlier cycles are carried in."""

    issuer: int
    redeemer: int
    movements: int
    points: int
    milli_fen: int


def draft(cycle: Cycle, *, top: int) -> tuple[int, int, int, list[DraftLine]]:
    """Number of pairs, of movements, thousandths of a fen in all, and the `top` largest pairs.

    Of a cycle that nobody proposed yet, what was posted so far.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DRAFT, window_of(cycle).arguments | {"top": top})
        rows = cursor.fetchall()
    if not rows:
        return 0, 0, 0, []
    pairs, movements, milli_fen = map(int, rows[0][:3])
    return pairs, movements, milli_fen, [DraftLine(*map(int, row[3:])) for row in rows]


_DRAFT = """
with lines as (
    select issuer, redeemer, count(*) as movements, sum(points) as points,
        sum(points * price_milli_fen) as milli_fen
    from settlement_movements(%(horizon)s::xid8, %(ends_at)s, %(last_horizon)s::xid8,
                              %(last_ends_at)s)
    where issuer <> redeemer group by issuer, redeemer
)
select count(*) over (), sum(movements) over (), sum(milli_fen) over (), lines.*
from lines order by abs(milli_fen) desc, issuer, redeemer limit %(top)s
"""
