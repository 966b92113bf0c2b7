"""Parked refunds find their receipts: by themselves when the receipt arrives, or by a person's hand."""

import logging

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.members.models import User
from loyalty import queries
from loyalty.errors import ParkedRefundDecided
from loyalty.models import ParkedRefund, Receipt, Refund
from loyalty.services import refund as refunds

logger = logging.getLogger("district.loyalty")


def match_refunds_of(*, store: int, receipt_no: str) -> int:
    """Post the refunds that waited for this receipt, the oldest first; how many.

    One that does not fit (it exceeds what was paid) goes on waiting, for a person.
    """
    receipt = queries.receipt_of(store, receipt_no)
    if receipt is None:
        return 0
    waiting = queries.parked_refunds_waiting_for(store, receipt_no)
    return sum(_try_match(parked, receipt) for parked in waiting)


def match_parked_refunds(*, limit: int = 500) -> int:
    """Sweep: match waiting refunds whose receipt came at the very moment they were parked."""
    found = queries.parked_refunds_with_receipt()[:limit].values_list(
        "receipt_store_id", "receipt_no"
    )
    return sum(
        match_refunds_of(store=store, receipt_no=receipt_no)
        for store, receipt_no in dict.fromkeys(found)
    )


def match_refund(*, parked: ParkedRefund, receipt: Receipt, by: User) -> Refund:
    """A person says which receipt a parked refund belongs to.

    Raises ParkedRefundDecided, RefundAlreadyPosted, RefundExceedsPayment.
    """
    with transaction.atomic():
        refund = _match(parked, receipt, decided_by=f"user:{by.pk}")
        audit.record(
            by=by,
            verb="match_refund",
            subject=f"loyalty.parkedrefund:{parked.pk}",
            receipt=receipt.pk,
        )
    return refund


@transaction.atomic
def dismiss_refund(*, parked: ParkedRefund, note: str, by: User) -> ParkedRefund:
    """A person decides that no receipt of ours belongs to a parked refund, and says why.

    Raises ParkedRefundDecided.
    """
    row = _lock_waiting(parked)
    row.state, row.note = ParkedRefund.State.DISMISSED, note
    row.decided_at, row.decided_by = clock.now(), f"user:{by.pk}"
    row.save(update_fields=["state", "note", "decided_at", "decided_by"])
    audit.record(by=by, verb="dismiss_refund", subject=f"loyalty.parkedrefund:{row.pk}", note=note)
    return row


def _try_match(parked: ParkedRefund, receipt: Receipt) -> bool:
    try:
        with transaction.atomic():
            _match(parked, receipt, decided_by="system")
    except DomainError as refusal:
        logger.info("parked refund waits on", extra={"parked": parked.pk, "code": refusal.code})
        return False
    return True


def _match(parked: ParkedRefund, receipt: Receipt, *, decided_by: str) -> Refund:
    row = _lock_waiting(parked)
    refund = refunds.refund_receipt(
        receipt=receipt,
        store=row.store,
        refund_no=row.refund_no,
        fen=row.fen,
        actor=row.actor,
        key=Key.of("parked_refund", row.public_id, receipt=receipt.pk),
    )
    assert isinstance(refund, Refund), "the key is the parked refund's own"
    row.state, row.refund = ParkedRefund.State.MATCHED, refund
    row.decided_at, row.decided_by = clock.now(), decided_by
    row.save(update_fields=["state", "refund", "decided_at", "decided_by"])
    return refund


def _lock_waiting(parked: ParkedRefund) -> ParkedRefund:
    row = (
        ParkedRefund.objects.select_for_update(no_key=True, of=("self",))
        .select_related("store")
        .get(pk=parked.pk)
    )
    if row.state != ParkedRefund.State.WAITING:
        raise ParkedRefundDecided
    return row
