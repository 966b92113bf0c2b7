"""What merchants owe each other for points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True)
class ClearingPosition:
    """What one merchant owes another: points it issued and the other accepted, and their price."""

    issuer: int
    redeemer: int
    points: int
    milli_fen: int


def clearing(
    *, since: datetime | None = None, until: datetime | None = None, merchants: Sequence[int] = ()
) -> list[ClearingPosition]:
    """Who owes whom for the points of a period: draws less what was given back, by issuer and redeemer.

    Points a merchant accepted of its own issue are left out: they cost nobody anything. A restore
    counts in the period it was posted in, so a closed period never changes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CLEARING,
            {"since": since, "until": until, "merchants": list(merchants) or None},
        )
        return [ClearingPosition(*map(int, row)) for row in cursor.fetchall()]


def clearing_of(merchant: int) -> int:
    """Points other merchants owe this one, less the points it owes them."""
    return sum(
        position.points if position.redeemer == merchant else -position.points
        for position in clearing(merchants=[merchant])
    )


_CLEARING = """
with moved as (
    select draw.lot_id, draw.redeemer_id, draw.points, transfer.at
    from loyalty_draw draw join loyalty_transfer transfer on transfer.id = draw.transfer_id
    union all
    select draw.lot_id, draw.redeemer_id, -restore.points, transfer.at
    from loyalty_restore restore
    join loyalty_draw draw on draw.id = restore.draw_id
    join loyalty_transfer transfer on transfer.id = restore.transfer_id
)
select lot.issuer_id, moved.redeemer_id, sum(moved.points), sum(moved.points * lot.price_milli_fen)
from moved join loyalty_lot lot on lot.transfer_id = moved.lot_id
where lot.issuer_id <> moved.redeemer_id
    and (%(since)s::timestamptz is null or moved.at >= %(since)s)
    and (%(until)s::timestamptz is null or moved.at < %(until)s)
    and (%(merchants)s::bigint[] is null
         or lot.issuer_id = any(%(merchants)s) or moved.redeemer_id = any(%(merchants)s))
group by lot.issuer_id, moved.redeemer_id having sum(moved.points) <> 0
order by lot.issuer_id, moved.redeemer_id
"""
