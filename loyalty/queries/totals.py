"""How much of each kind a merchant has moved in all, without reading the whole ledger."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class KindTotal:
    """All lines of one kind: their points, and how many they are."""

    points: int
    count: int


def totals_of(merchant: int | None) -> dict[str, KindTotal]:
    """By kind of transfer, what was ever posted for a merchant; None: what belongs to no merchant.

    Exact at the moment of asking: the rollup as far as it has come, and the lines since, in one
    snapshot. So a late rollup costs time and never a point.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"merchant": merchant})
        return {
            kind: KindTotal(int(points), int(count)) for kind, points, count in cursor.fetchall()
        }


_TOTALS = """
select kind, sum(points), sum(count) from (
    select kind, points, count from loyalty_rollup
    where merchant_id is not distinct from %(merchant)s
    union all
    select kind, points, 1 from loyalty_transfer
    where merchant_id is not distinct from %(merchant)s
        and (xid::text)::bigint >= coalesce((select xid from loyalty_rolluphorizon), 0)
) lines group by kind order by kind
"""
