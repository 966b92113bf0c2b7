"""UnionPay QR (云闪付): the payer scans a code that is made for the order.

Written from the published specification (全渠道 5.1.0) and NEVER TRIED AGAINST THE LIVE SERVICE: codes of answers and
fields of notices are to be compared with it before a merchant uses this. Its bills are not read.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from district.kernel import clock
from district.kernel.errors import NoticeRefused
from district.kernel.inbox.sources import VerifiedNotice
from district.payments.channels.base import (
    ChannelBillLine,
    ChannelError,
    ChannelOrder,
    ChannelPayment,
    ChannelRefund,
    ChannelRefused,
    CloseTooEarly,
    ContradictingAnswer,
    OrderAnswer,
    OrderIsPaid,
    OrderState,
    Prepared,
    RefundAnswer,
    RefundState,
    RefundUnknown,
)
from district.payments.channels.unionpay_messages import Fields, ask, read_fields, verified

NAME, NOTICE_PATH = "unionpay", "/unionpay/notices"
_TRANSACTION, _QUERY = "backTransReq.do", "queryTrans.do"
_DONE, _UNKNOWN, _DUPLICATE = "00", "34", "12"
# The outcome is not known yet: ask.
_PENDING = {"03", "04", "05"}
_PURCHASE, _REFUND = "01", "04"
_CNY = "156"
# A payment that began in time may end so much later.
_GRACE = timedelta(minutes=5)


def unionpay_channel() -> "UnionpayChannel | None":
    """The channel, where the settings name a merchant."""
    return UnionpayChannel() if settings.UNIONPAY_MERCHANT else None


class UnionpayChannel:
    """See PaymentChannel. There is no closing: a code ends by itself at the order's time."""

    name, label, needs_openid, has_bills = NAME, _("云闪付"), False, False

    def place(self, order: ChannelOrder) -> Prepared:
        answer = ask(
            _TRANSACTION,
            {
                "txnType": _PURCHASE,
                "txnSubType": "07",
                "channelType": "08",
                "orderId": order.number,
                "txnTime": _time_text(order.created_at),
                "txnAmt": str(order.amount_fen),
                "currencyCode": _CNY,
                "orderDesc": order.description,
                "payTimeout": _time_text(order.expires_at),
                "backUrl": f"{settings.PUBLIC_URL.rstrip('/')}{NOTICE_PATH}",
            },
        )
        _require_done(answer)
        if not answer.get("qrCode"):
            raise ContradictingAnswer("no code in the answer")
        return Prepared(answer["qrCode"], order.expires_at + _GRACE)

    def payment_parameters(self, reference: str) -> Mapping[str, str]:
        return {"qr_code": reference}

    def query(self, order: ChannelOrder) -> OrderAnswer:
        answer = _query(order.number, order.created_at)
        if answer["respCode"] == _UNKNOWN:
            return OrderAnswer(OrderState.UNKNOWN)
        _require_done(answer)
        if answer.get("origRespCode") != _DONE:
            return OrderAnswer(OrderState.UNPAID)
        return OrderAnswer(OrderState.PAID, _payment(answer))

    def close(self, order: ChannelOrder) -> None:
        if self.query(order).state == OrderState.PAID:
            raise OrderIsPaid
        if clock.now() < order.expires_at + _GRACE:
            raise CloseTooEarly

    def refund(self, refund: ChannelRefund) -> RefundAnswer:
        answer = ask(
            _TRANSACTION,
            {
                "txnType": _REFUND,
                "txnSubType": "00",
                "channelType": "08",
                "orderId": refund.number,
                "txnTime": _time_text(refund.requested_at),
                "txnAmt": str(refund.amount_fen),
                "origQryId": refund.transaction_id,
                "backUrl": f"{settings.PUBLIC_URL.rstrip('/')}{NOTICE_PATH}",
            },
        )
        if answer["respCode"] == _DUPLICATE:
            return self.query_refund(refund)
        if answer["respCode"] not in {_DONE, *_PENDING}:
            raise ChannelRefused(answer["respCode"])
        return _refund_answer(refund, answer, RefundState.PROCESSING)

    def query_refund(self, refund: ChannelRefund) -> RefundAnswer:
        answer = _query(refund.number, refund.requested_at)
        if answer["respCode"] == _UNKNOWN:
            raise RefundUnknown(_UNKNOWN)
        _require_done(answer)
        original = answer.get("origRespCode", "")
        if original == _DONE:
            return _refund_answer(refund, answer, RefundState.SUCCEEDED)
        is_pending = original in _PENDING
        return _refund_answer(
            refund, answer, RefundState.PROCESSING if is_pending else RefundState.CLOSED
        )

    def bill(self, day: date) -> Iterator[ChannelBillLine]:
        raise ChannelRefused("bills are not read")


def verify_notice(headers: Mapping[str, str], body: bytes) -> VerifiedNotice:
    """The notice's id, of what it is about: UnionPay gives it none, and signs no time of sending. Raises NoticeRefused."""
    try:
        fields = verified(read_fields(body.decode()))
    except (ChannelError, UnicodeDecodeError):
        fields = {}
    if not fields.get("orderId") or not fields.get("queryId"):
        raise NoticeRefused
    return VerifiedNotice(f"{fields['orderId']}:{fields['queryId']}", fields["certId"])


def read_notice(body: bytes) -> ChannelPayment | RefundAnswer | None:
    """What a kept notice says; None when it says that something failed. Raises ContradictingAnswer."""
    fields = read_fields(body.decode())
    if fields.get("respCode") != _DONE:
        return None
    if fields.get("txnType") == _REFUND:
        return RefundAnswer(
            number=fields["orderId"],
            refund_id=fields["queryId"],
            transaction_id=fields.get("origQryId", ""),
            amount_fen=_amount(fields),
            state=RefundState.SUCCEEDED,
        )
    return _payment(fields)


def _query(number: str, at: datetime) -> Fields:
    fields = {"txnType": "00", "txnSubType": "00", "orderId": number, "txnTime": _time_text(at)}
    return ask(_QUERY, fields)


def _require_done(answer: Fields) -> None:
    if answer.get("respCode") != _DONE:
        raise ChannelRefused(answer.get("respCode", ""))


def _payment(fields: Fields) -> ChannelPayment:
    if fields.get("currencyCode", _CNY) != _CNY or not fields.get("queryId"):
        raise ContradictingAnswer("another currency, or no number")
    return ChannelPayment(
        order_number=fields["orderId"],
        transaction_id=fields["queryId"],
        amount_fen=_amount(fields),
        payer_total_fen=None,
        paid_at=_paid_at(fields),
    )


def _amount(fields: Fields) -> int:
    text = fields.get("txnAmt", "")
    if not text.isdecimal() or int(text) == 0:
        raise ContradictingAnswer("no sum")
    return int(text)


def _paid_at(fields: Fields) -> datetime:
    """`traceTime` lacks the year, which is that of the order or the next one."""
    ordered_at = datetime.strptime(fields["txnTime"], "%Y%m%d%H%M%S").replace(tzinfo=clock.SHANGHAI)
    traced = fields.get("traceTime", "")
    if not traced:
        return ordered_at
    for year in (ordered_at.year, ordered_at.year + 1):
        at = datetime.strptime(f"{year}{traced}", "%Y%m%d%H%M%S").replace(tzinfo=clock.SHANGHAI)
        if at >= ordered_at - timedelta(days=1):
            return at
    raise ContradictingAnswer("paid before it was ordered")


def _refund_answer(refund: ChannelRefund, answer: Fields, state: RefundState) -> RefundAnswer:
    return RefundAnswer(
        number=refund.number,
        refund_id=answer.get("queryId") or refund.number,
        transaction_id=refund.transaction_id,
        amount_fen=_amount(answer) if answer.get("txnAmt") else refund.amount_fen,
        state=state,
    )


def _time_text(at: datetime) -> str:
    return f"{at.astimezone(clock.SHANGHAI):%Y%m%d%H%M%S}"
