"""From a line down to its draws: transfer, lot, receipt, and the member's opaque id."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from loyalty.settlement.models import Line, Statement
from loyalty.settlement.queries.cycles import window_of

_BATCH = 2_000


@dataclass(frozen=True)
class Movement:
    """Points drawn for a redeemer, or given back (negative), and where they came from.

    The receipt and whether the points were prefunded are the issuer's business, the request number,
    the store and the fee the redeemer's: a merchant sees only its own side.
    """

    issuer: int
    redeemer: int
    transfer: str
    at: datetime
    kind: str
    points: int
    price_milli_fen: int
    member: str
    lot: str
    prefunded: bool
    fee_bp: int
    receipt_no: str | None
    receipt_store: str | None
    reference: str | None
    store: str | None

    @property
    def milli_fen(self) -> int:
        return self.points * self.price_milli_fen

    def as_seen_by(self, merchant: int) -> "Movement":
        """Without the other side's business."""
        seen = self
        if merchant != self.issuer:
            seen = replace(seen, receipt_no=None, receipt_store=None, prefunded=False)
        if merchant != self.redeemer:
            seen = replace(seen, reference=None, store=None, fee_bp=0)
        return seen


def movements_of_line(line: Line, *, merchant: int | None = None) -> Iterator[Movement]:
    """What a line is the sum of, oldest first; with a merchant, only as that side may see it.

    Nothing for a merchant that is neither.
    """
    if merchant not in {None, line.issuer_id, line.redeemer_id}:
        return
    arguments = window_of(line.cycle).arguments
    arguments |= {"issuer": line.issuer_id, "redeemer": line.redeemer_id}
    where = "moved.issuer = %(issuer)s and moved.redeemer = %(redeemer)s"
    for movement in _movements(where, arguments):
        yield movement if merchant is None else movement.as_seen_by(merchant)


def movements_of_statement(statement: Statement) -> Iterator[Movement]:
    """Everything that a merchant's lines of a cycle are made of, as that merchant may see it."""
    merchant = statement.merchant_id
    arguments = window_of(statement.cycle).arguments | {"merchant": merchant}
    where = "%(merchant)s in (moved.issuer, moved.redeemer) and moved.issuer <> moved.redeemer"
    for movement in _movements(where, arguments):
        yield movement.as_seen_by(merchant)


def _movements(where: str, arguments: dict[str, Any]) -> Iterator[Movement]:
    """Streamed, so that a year of a busy merchant takes no more memory than a day of a quiet one."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_MOVEMENTS.format(where=where), arguments)
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                yield Movement(*row)


_MOVEMENTS = """
select moved.issuer, moved.redeemer, transfer.public_id, moved.at, moved.kind, moved.points,
    moved.price_milli_fen, member.public_id, born.public_id, moved.budgeted,
    coalesce(terms.redeem_fee_bp, 0), receipt.receipt_no, bought.name,
    case when transfer.merchant_id = moved.redeemer then transfer.reference end, counter.name
from settlement_movements(%(horizon)s::xid8, %(ends_at)s, %(last_horizon)s::xid8,
                          %(last_ends_at)s) moved
join loyalty_transfer transfer on transfer.id = moved.transfer
join members_member member on member.id = transfer.account_id
join loyalty_lot lot on lot.transfer_id = moved.lot
join loyalty_transfer born on born.id = moved.lot
left join loyalty_receipt receipt on receipt.transfer_id = coalesce(lot.origin_id, moved.lot)
left join merchants_store bought on bought.id = receipt.store_id
left join merchants_store counter
    on counter.id = transfer.store_id and transfer.merchant_id = moved.redeemer
left join loyalty_merchantterms terms
    on terms.merchant_id = moved.redeemer and terms.valid @> moved.paid_at
    and moved.paid_for in ('spend', 'capture')
where {where}
order by moved.at, moved.transfer, moved.draw, moved.restore
"""
