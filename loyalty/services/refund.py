"""Refunds: money given back of a receipt takes back the points it no longer earns."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from district.kernel import clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.idempotency import Key, claim_key, kind_of, replay_or_raise, store_result
from district.merchants.models import Store
from loyalty import arithmetic, procedures, queries, values
from loyalty.errors import RefundExceedsPayment
from loyalty.models import ParkedRefund, Receipt, Refund

# The kind of a key's result: the refund waits, or waited, for its receipt.
_PARKED = "parked refund"


@dataclass(frozen=True)
class PurchaseRefund:
    """What a merchant gave back: the receipt's number and store, its own number, the money in fen."""

    receipt_store: Store
    receipt_no: str
    refund_no: str
    fen: int


def refund_purchase(
    *, store: Store, purchase_refund: PurchaseRefund, actor: str, key: Key
) -> Refund | ParkedRefund:
    """Refund the receipt a merchant names, or park the refund when we do not know the receipt.

    A parked refund is posted by itself as soon as its receipt arrives; else a person matches it.

    Raises KeyReused, RefundAlreadyPosted, RefundExceedsPayment.
    """
    receipt = queries.receipt_of(purchase_refund.receipt_store.pk, purchase_refund.receipt_no)
    if receipt is not None:
        return refund_receipt(
            receipt=receipt,
            store=store,
            refund_no=purchase_refund.refund_no,
            fen=purchase_refund.fen,
            actor=actor,
            key=key,
        )
    return _park(store, purchase_refund, actor, key)


@transaction.atomic
def refund_receipt(
    *, receipt: Receipt, store: Store, refund_no: str, fen: int, actor: str, key: Key
) -> Refund | ParkedRefund:
    """Post a refund of a receipt; the points are taken as `loyalty/sql/refund.sql` says.

    A key that once parked this refund gives what became of the parked one.

    Raises KeyReused, RefundAlreadyPosted, RefundExceedsPayment.
    """
    at = clock.now()
    procedures.lock_account(member=receipt.account_id, at=at)
    current = Receipt.objects.get(pk=receipt.pk)
    left = current.paid_fen - current.refunded_fen
    if fen > left:
        refusal = RefundExceedsPayment(left_fen=left, asked_fen=fen)
        return _load_result(replay_or_raise(key, refusal), key)
    request = values.RefundPosting(
        receipt=current.pk,
        refund_no=refund_no,
        fen=fen,
        points=arithmetic.clawback(
            paid_fen=current.paid_fen,
            refunded_fen=current.refunded_fen + fen,
            granted=current.granted,
            clawed=current.clawed,
            rate=(current.rate_points, current.rate_per_fen),
        ),
    )
    pk = procedures.refund(request=request, store=store.pk, actor=actor, key=key, at=at)
    return _load_result(pk, key)


@dataclass(frozen=True)
class ReceiptRefundPreview:
    """What a refund would do, in points; `available_after` is the member's balance after it.

    `ended` points are taken from nobody: they ended unspent.
    """

    fen: int
    left_fen: int
    own: int
    other: int
    owed: int
    ended: int
    available_after: int


def preview_refund(*, receipt: Receipt, store: Store, fen: int, actor: str) -> ReceiptRefundPreview:
    """What `refund_receipt` would do at this moment: it is done, looked at and rolled back.

    Raises RefundExceedsPayment.
    """
    once = secrets.token_hex(16)
    with transaction.atomic():
        refund = refund_receipt(
            receipt=receipt,
            store=store,
            refund_no=f"preview-{once}",
            fen=fen,
            actor=actor,
            key=Key.of("preview", once),
        )
        assert isinstance(refund, Refund), "nobody parks under a key of chance"
        after = Receipt.objects.get(pk=receipt.pk)
        preview = ReceiptRefundPreview(
            fen=refund.fen,
            left_fen=after.paid_fen - after.refunded_fen,
            own=refund.own,
            other=refund.other,
            owed=refund.owed,
            ended=refund.ended,
            available_after=refund.account.available,
        )
        transaction.set_rollback(True)
    return preview


@transaction.atomic
def _park(
    store: Store, purchase_refund: PurchaseRefund, actor: str, key: Key
) -> Refund | ParkedRefund:
    if (earlier := claim_key(key)) is not None:
        return _load_result(earlier, key)
    with translate_database_errors():
        parked = ParkedRefund.objects.create(
            merchant_id=store.merchant_id,
            store=store,
            receipt_store=purchase_refund.receipt_store,
            receipt_no=purchase_refund.receipt_no,
            refund_no=purchase_refund.refund_no,
            fen=purchase_refund.fen,
            reason=ParkedRefund.Reason.UNKNOWN_RECEIPT,
            actor=actor,
            at=clock.now(),
        )
    store_result(key, parked.pk, kind=_PARKED)
    return parked


def _load_result(pk: int, key: Key) -> Refund | ParkedRefund:
    if kind_of(key) != _PARKED:
        return queries.refunds().get(pk=pk)
    parked = queries.parked_refunds().get(pk=pk)
    return parked if parked.refund_id is None else queries.refunds().get(pk=parked.refund_id)
