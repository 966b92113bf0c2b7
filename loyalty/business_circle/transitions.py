"""What the verbs do under the lock of a transaction's number: decide on a payment, apply its refunds."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from district.kernel.database.postgres import first_row, stored_row
from district.kernel.idempotency import Key
from district.members import queries as members
from district.members.models import Member
from district.merchants import queries as merchants
from district.merchants.errors import MerchantSuspended, StoreNotInAlliance
from district.merchants.models import Merchant, Store
from loyalty import earning
from loyalty import procedures as ledger_procedures
from loyalty import queries as ledger
from loyalty import services as loyalty
from loyalty.business_circle import procedures, queries
from loyalty.business_circle.errors import StoreClosed
from loyalty.business_circle.models import MallPayment, MallRefund, PointsSync
from loyalty.errors import (
    NoTerms,
    PurchaseAlreadyEarned,
    ReceiptAlreadyPosted,
    ReceiptFromTheFuture,
    ReceiptTooOld,
    RefundAlreadyPosted,
    RefundExceedsPayment,
)
from loyalty.models import PointsAccount, Receipt, Refund
from loyalty.values import PostingContext, ReportedPurchase

State, Reason = MallPayment.State, MallPayment.Reason
_DECIDED = ["state", "reason", "store", "receipt", "decided_at"]


def lock_transaction(transaction_id: str) -> None:
    """Whoever writes about this transaction, its payment or a refund, waits until we are through.

    A refund may come before its payment: there is no row to lock. The members' accounts are locked behind it,
    one for each transaction of ours, so that nobody waits in a ring.
    """
    first_row(
        "select pg_advisory_xact_lock(hashtextextended(%s, 0))", f"business_circle.{transaction_id}"
    )


def decide_payment(payment: MallPayment, *, at: datetime) -> None:
    """Credit a payment, say why not, or let it wait; its transaction is locked. What waits past its time lapses."""
    store = queries.assigned_store_of(payment)
    member = members.member_with_openid(bytes(payment.openid_hash))
    has_lapsed = at >= payment.waits_until
    if store is None:
        reason = Reason.UNKNOWN_STORE if has_lapsed else None
        _end_or_wait(payment, State.WAITING_FOR_STORE, reason, at)
    elif member is None:
        payment.store = store
        reason = Reason.NO_MEMBER if has_lapsed else None
        _end_or_wait(payment, State.WAITING_FOR_MEMBER, reason, at)
    else:
        payment.store = store
        _credit(payment, store, member, at)


def credit_if_plain(payment: MallPayment) -> MallPayment | None:
    """Write and credit a payment that is not written yet by one call, as it stands then.

    None, and nothing is done, where it is not plain that it earns: then `decide_payment` says what it comes to.
    """
    found, at = queries.numbers_of_store(payment.shop_number), payment.received_at
    if found is None:
        return None
    store, merchant = found
    purchase = _purchase_of(payment)
    purchase = replace(purchase, fingerprint=earning.fingerprint_of(store, purchase))
    try:
        earning.require_recent(payment.paid_at, at)
        grant = earning.grant_of(merchant, purchase, at)
    except (NoTerms, ReceiptFromTheFuture, ReceiptTooOld):
        return None
    pk = procedures.credit_payment(
        payment=payment,
        context=PostingContext(merchant=merchant, store=store, actor=_actor_of(store)),
        purchase=purchase,
        grant=grant,
        key=_key_of(payment, store),
        at=at,
    )
    return None if pk is None else stored_row(MallPayment, id=pk, state=State.CREDITED)


def apply_refund(refund: MallRefund, payment: MallPayment, *, at: datetime) -> None:
    """Take back what a refund leaves undue; the transaction is locked, the payment decided, the refund waiting."""
    receipt = payment.receipt
    if refund.payment_fen != payment.amount_fen:
        _end_refund(refund, MallRefund.State.REFUSED, MallRefund.Reason.AMOUNT_DIFFERS, at=at)
    elif receipt is None:
        reason = MallRefund.Reason.WITHOUT_POINTS
        _end_refund(refund, MallRefund.State.NOT_NEEDED, reason, at=at)
    elif receipt.source in {Receipt.Source.TILL, Receipt.Source.BATCH}:
        # The merchant reports the refund of its own receipt, too: it would be taken twice.
        reason = MallRefund.Reason.LEFT_TO_TILL
        _end_refund(refund, MallRefund.State.NOT_NEEDED, reason, at=at)
    else:
        _refund_receipt(refund, receipt, at)


def _end_or_wait(payment: MallPayment, waiting: str, reason: str | None, at: datetime) -> None:
    if reason is None:
        payment.state = waiting
        _write(payment)
    else:
        _end(payment, State.WITHOUT_POINTS, reason=reason, at=at)


def _credit(payment: MallPayment, store: Store, member: Member, at: datetime) -> None:
    # From here on the member is merged with nobody, and no till posts for it.
    account = ledger_procedures.lock_account(member=member.pk, at=at)
    if account != member.pk:
        member = Member.objects.get(pk=account)
    if member.closed_at is not None:
        _end(payment, State.WITHOUT_POINTS, reason=Reason.MEMBER_CLOSED, at=at)
        return
    try:
        _require_open(store, payment.paid_at)
        earlier = queries.receipt_of_same_purchase(account=account, store=store.pk, payment=payment)
        if earlier is None:
            earned = loyalty.earn_points(
                store=store,
                member=member,
                purchase=_purchase_of(payment),
                actor=_actor_of(store.pk),
                key=_key_of(payment, store.pk),
            )
    except (PurchaseAlreadyEarned, ReceiptAlreadyPosted):
        # A till reported it under WeChat's own number.
        earlier = ledger.receipt_of(store.pk, payment.transaction_id)
    except tuple(_NO_POINTS) as refusal:
        reason = _NO_POINTS[type(refusal)]
        _end(payment, State.WITHOUT_POINTS, reason=reason, at=at, account=account)
        return
    if earlier is not None:
        payment.receipt = earlier
        _end(payment, State.WITHOUT_POINTS, reason=Reason.ALREADY_EARNED, at=at, account=account)
        return
    payment.receipt_id = earned.pk
    _end(payment, State.CREDITED, at=at, account=account, points=earned.points)


_NO_POINTS: dict[type[Exception], str] = {
    StoreClosed: Reason.STORE_CLOSED,
    MerchantSuspended: Reason.MERCHANT_SUSPENDED,
    StoreNotInAlliance: Reason.NOT_IN_ALLIANCE,
    NoTerms: Reason.NO_TERMS,
    ReceiptTooOld: Reason.TOO_OLD,
}


def _require_open(store: Store, paid_at: datetime) -> None:
    """Raises StoreClosed, MerchantSuspended, StoreNotInAlliance."""
    if store.closed_at is not None and store.closed_at <= paid_at:
        raise StoreClosed
    if store.merchant.state == Merchant.State.SUSPENDED:
        raise MerchantSuspended
    merchants.require_alliance(store, paid_at)


def _purchase_of(payment: MallPayment) -> ReportedPurchase:
    return ReportedPurchase(
        receipt_no=payment.transaction_id,
        paid_fen=payment.amount_fen,
        paid_at=payment.paid_at,
        source=Receipt.Source.WECHAT,
        # Nobody is late because a store was assigned late, or because we were.
        reported_at=payment.received_at,
    )


def _actor_of(store: int) -> str:
    # A store's own, for what an actor grants in a day has a ceiling.
    return f"wechat:{store}"


def _key_of(payment: MallPayment, store: int) -> Key:
    return Key.of(
        "business_circle",
        f"payment:{payment.transaction_id}",
        store=store,
        fen=payment.amount_fen,
        paid_at=payment.paid_at,
    )


def _end(
    payment: MallPayment,
    state: str,
    *,
    at: datetime,
    reason: str = "",
    account: int | None = None,
    points: int = 0,
) -> None:
    """The payment is decided: its refunds are, too, and WeChat is due an answer."""
    payment.state, payment.reason, payment.decided_at = state, reason, at
    _write(payment)
    waiting = MallRefund.objects.filter(
        transaction_id=payment.transaction_id, state=MallRefund.State.WAITING
    )
    for refund in waiting.order_by("pk"):
        apply_refund(refund, payment, at=at)
    PointsSync.objects.create(
        payment=payment,
        is_earned=points > 0,
        increased_points=points,
        total_points=_balance_of(account),
        remarks="" if points else _remarks_of(payment),
        decided_at=at,
    )


def _balance_of(account: int | None) -> int | None:
    rows = PointsAccount.objects.filter(pk=account)
    return rows.values_list("available", flat=True).first() if account else None


def _remarks_of(payment: MallPayment) -> str:
    return str(payment.get_reason_display()) if payment.reason else _("金额不足一个积分")


def _write(payment: MallPayment) -> None:
    if payment.pk is None:
        payment.save(force_insert=True)
    else:
        payment.save(update_fields=_DECIDED)


def _refund_receipt(refund: MallRefund, receipt: Receipt, at: datetime) -> None:
    try:
        with transaction.atomic():
            posted = loyalty.refund_receipt(
                receipt=receipt,
                store=receipt.store,
                refund_no=refund.refund_id,
                fen=refund.refund_fen,
                actor=_actor_of(receipt.store_id),
                key=Key.of(
                    "business_circle",
                    f"refund:{refund.refund_id}",
                    receipt=receipt.pk,
                    fen=refund.refund_fen,
                ),
            )
    except RefundExceedsPayment:
        _end_refund(refund, MallRefund.State.REFUSED, MallRefund.Reason.ABOVE_THE_REST, at=at)
    except RefundAlreadyPosted:
        _end_refund(refund, MallRefund.State.REFUSED, MallRefund.Reason.NUMBER_TAKEN, at=at)
    else:
        assert isinstance(posted, Refund), "the key is this refund's own"
        refund.ledger_refund = posted
        _end_refund(refund, MallRefund.State.APPLIED, at=at)


def _end_refund(
    refund: MallRefund,
    state: str,
    reason: str = "",
    *,
    at: datetime,
) -> None:
    refund.state, refund.reason, refund.decided_at = state, reason, at
    refund.save(update_fields=["state", "reason", "ledger_refund", "decided_at"])
