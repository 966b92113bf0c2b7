"""What waited is decided: its member has joined, its store is known, or its time is over."""

import logging

from django.db import transaction
from django.db.models import QuerySet

from district.kernel import clock
from loyalty.business_circle import queries, transitions
from loyalty.business_circle.models import MallPayment

logger = logging.getLogger("district.business_circle")
_BATCH = 500


def credit_waiting_payments(*, limit: int = _BATCH) -> int:
    """Credit payments whose member has joined or whose store is known by now; how many were decided.

    It asks the tables, not an event: whichever way a member came or a number was assigned, and whoever died
    in between, the next run finds it. Each payment is a transaction of its own.
    """
    return _decide(queries.decidable_payments(), limit)


def lapse_waiting_payments(*, limit: int = _BATCH) -> int:
    """Payments that waited as long as they may earn nothing, and WeChat is told so; how many."""
    return _decide(queries.lapsed_payments(clock.now()), limit)


def _decide(payments: QuerySet[MallPayment], limit: int) -> int:
    waiting = payments.order_by("pk").values_list("transaction_id", flat=True)
    return sum(_decide_one(transaction_id) for transaction_id in list(waiting[:limit]))


def _decide_one(transaction_id: str) -> bool:
    try:
        with transaction.atomic():
            transitions.lock_transaction(transaction_id)
            payment = MallPayment.objects.select_related("store__merchant").get(
                transaction_id=transaction_id
            )
            if not payment.is_waiting:
                return False
            transitions.decide_payment(payment, at=clock.now())
    except Exception:
        # What one payment meets must not stop the others; the next run tries it again.
        logger.exception("payment waits on", extra={"transaction": transaction_id})
        return False
    return not payment.is_waiting
