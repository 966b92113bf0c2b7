"""WeChat reports a payment in a member store."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from district.kernel import clock
from district.wechat.gateway import WechatSession
from loyalty.business_circle import openids, transitions
from loyalty.business_circle.errors import ContradictingNotice
from loyalty.business_circle.models import MallPayment
from loyalty.business_circle.values import ReportedPayment


def note_payment(*, payment: ReportedPayment) -> MallPayment:
    """The payment as it stands: credited, without points and why, or waiting for its store or its member.

    Written once by its transaction id; a repetition gives what is there. With the decision go the refunds that
    came before it, and the points that WeChat is to be told of. Nearly always it is a member's in an open store
    and earns: one call does that.

    Raises ContradictingNotice for the same transaction with another sum, time or payer, ReceiptFromTheFuture.
    """
    row = _build_row(payment, at=clock.now())
    return transitions.credit_if_plain(row) or _note(row)


@transaction.atomic
def _note(row: MallPayment) -> MallPayment:
    transitions.lock_transaction(row.transaction_id)
    found = MallPayment.objects.filter(transaction_id=row.transaction_id).first()
    if found is None:
        transitions.decide_payment(row, at=row.received_at)
        return row
    known = (found.amount_fen, found.paid_at, bytes(found.openid_hash))
    if known != (row.amount_fen, row.paid_at, row.openid_hash):
        raise ContradictingNotice
    return found


def _build_row(payment: ReportedPayment, *, at: datetime) -> MallPayment:
    row = MallPayment(
        transaction_id=payment.transaction_id,
        openid_hash=WechatSession(openid=payment.openid).openid_hash,
        shop_number=payment.shop_number,
        shop_name=payment.shop_name,
        amount_fen=payment.amount_fen,
        paid_at=payment.paid_at,
        is_requested=payment.is_requested,
        received_at=at,
        waits_until=at + timedelta(days=settings.BUSINESS_CIRCLE_WAIT_DAYS),
    )
    openids.seal_openid(row, payment.openid)
    return row
