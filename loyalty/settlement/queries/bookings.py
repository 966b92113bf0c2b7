"""From a charge down to its bookings: which act of which app caused it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from loyalty.settlement.models import Charge, Cycle, Statement
from loyalty.settlement.queries.cycles import window_of

_BATCH = 2_000


@dataclass(frozen=True)
class BookingMovement:
    """Fen that a payer owes a payee for one act, or gets back (negative)."""

    at: datetime
    source: str
    reference: str
    payer: int
    payee: int
    fen: int


@dataclass(frozen=True)
class DraftCharge:
    """What the bookings of one source come to in a cycle, over all pairs."""

    source: str
    pairs: int
    bookings: int
    fen: int


def bookings_of_charge(charge: Charge, *, merchant: int | None = None) -> Iterator[BookingMovement]:
    """What a charge is the sum of, oldest first; with a merchant, nothing unless it is one of the two."""
    if merchant not in {None, charge.payer_id, charge.payee_id}:
        return
    arguments = window_of(charge.cycle).arguments
    arguments |= {"payer": charge.payer_id, "payee": charge.payee_id, "source": charge.source}
    yield from _bookings(
        "payer = %(payer)s and payee = %(payee)s and source = %(source)s", arguments
    )


def bookings_of_statement(statement: Statement) -> Iterator[BookingMovement]:
    """Everything that a merchant's charges of a cycle are made of."""
    arguments = window_of(statement.cycle).arguments | {"merchant": statement.merchant_id}
    yield from _bookings("%(merchant)s in (payer, payee)", arguments)


def draft_charges(cycle: Cycle) -> list[DraftCharge]:
    """What a cycle's bookings come to as it stands, source by source."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAFT, window_of(cycle).arguments)
        return [
            DraftCharge(source, int(pairs), int(bookings), int(fen))
            for source, pairs, bookings, fen in cursor.fetchall()
        ]


def _bookings(where: str, arguments: dict[str, Any]) -> Iterator[BookingMovement]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_BOOKINGS.format(where=where), arguments)
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                yield BookingMovement(*row)


_BOOKINGS = """
select at, source, reference, payer, payee, fen
from settlement_bookings(%(horizon)s::xid8, %(ends_at)s, %(last_horizon)s::xid8, %(last_ends_at)s)
where {where}
order by at, booking
"""

_DRAFT = """
select source, count(distinct (payer, payee)), count(*), sum(fen)
from settlement_bookings(%(horizon)s::xid8, %(ends_at)s, %(last_horizon)s::xid8, %(last_ends_at)s)
group by source order by source collate "C"
"""
