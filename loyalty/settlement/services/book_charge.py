"""Booking: an app above says what one merchant owes another; the next closing settles it with the rest."""

from district.kernel import clock
from district.kernel.database.postgres import call


def book_charge(*, source: str, reference: str, payer: int, payee: int, fen: int) -> None:
    """Book what a merchant (its pk) owes another for one act, in the transaction of that act.

    Once for each source, reference and pair; negative fen take back. What people read for the source an app
    names in its `settlement_sources`. SQL functions of an app above call `settlement_book`, which this is.
    """
    call("settlement_book", source, reference, payer, payee, fen, clock.now())
