"""Tells apps above of a bill that was refused because it, or its number, is in the ledger already.

The refusal rolls the posting back, and with it anything an event could have said; so whoever wants
to know is called after it, before the till hears its answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from loyalty.ledger import Bill, Place


@dataclass(frozen=True)
class RefusedBill:
    """Who would have earned with which bill, where and when."""

    member: int
    place: Place
    bill: Bill
    at: datetime


_hearers: list[Callable[[RefusedBill], object]] = []


def hear(hearer: Callable[[RefusedBill], object]) -> None:
    """Call this with each refused bill; from AppConfig.ready(). It must bear repetition."""
    if hearer not in _hearers:
        _hearers.append(hearer)


def tell(bill: RefusedBill) -> None:
    """Tell everybody who wants to know. What a hearer writes is a transaction of its own."""
    for hearer in _hearers:
        hearer(bill)
