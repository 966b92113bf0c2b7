"""Notifies apps above of a bill that was refused because it, or its number, is in the ledger already.

The refusal rolls the posting back, and with it any event it emitted; so whoever wants
to know is called after it, before the till gets its answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from loyalty.values import PostingContext, ReportedPurchase


@dataclass(frozen=True)
class RefusedPurchase:
    """Who would have earned with which bill, where and when."""

    member: int
    context: PostingContext
    purchase: ReportedPurchase
    at: datetime


_listeners: list[Callable[[RefusedPurchase], object]] = []


def on_purchase_refused(listener: Callable[[RefusedPurchase], object]) -> None:
    """Call this with each refused bill; from AppConfig.ready(). It must bear repetition."""
    if listener not in _listeners:
        _listeners.append(listener)


def notify_purchase_refused(purchase: RefusedPurchase) -> None:
    """Call every listener. What a listener writes is a transaction of its own."""
    for listener in _listeners:
        listener(purchase)
