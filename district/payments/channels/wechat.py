"""WeChat Pay inside the mini-program (JSAPI), over the client in `district/wechat/pay`."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from district.kernel import clock
from district.payments.channels.base import (
    ChannelBillLine,
    ChannelError,
    ChannelOrder,
    ChannelPayment,
    ChannelRefund,
    ChannelRefused,
    ChannelUnavailable,
    ContradictingAnswer,
    OrderAnswer,
    OrderIsPaid,
    OrderState,
    OrderUnknown,
    Prepared,
    RefundAnswer,
    RefundState,
    RefundUnknown,
)
from district.wechat.errors import WechatMisconfigured
from district.wechat.pay import bills, orders, refunds
from district.wechat.pay.bill_rows import TradeBillRow, trade_bill_rows
from district.wechat.pay.client import PayClient
from district.wechat.pay.errors import ApiError, PayError, SignatureRefused, Unreachable
from district.wechat.pay.orders import Transaction
from district.wechat.pay.refunds import PayRefund, RefundNotice
from district.wechat.pay_account import has_pay_account, pay_client

NOTICE_PATH = "/wechat/pay/notices"
PREPAID_FOR = timedelta(hours=2)
_NOT_FOUND, _SERVER_ERROR, _TOO_MANY = 404, 500, 429
# Refusals that are over some time: the merchant's balance is filled up, a key or a clock is mended.
_LATER = {
    *("SYSTEM_ERROR", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "BANK_ERROR"),
    *("NOT_ENOUGH", "SIGN_ERROR", "STATEMENT_CREATING"),
}
_ORDER_STATES = {
    "SUCCESS": OrderState.PAID,
    # Paid, and refunded in part or whole.
    "REFUND": OrderState.PAID,
    "NOTPAY": OrderState.UNPAID,
    "USERPAYING": OrderState.UNPAID,
    "PAYERROR": OrderState.UNPAID,
    "CLOSED": OrderState.CLOSED,
    "REVOKED": OrderState.CLOSED,
}
_REFUND_STATES = {
    "PROCESSING": RefundState.PROCESSING,
    "SUCCESS": RefundState.SUCCEEDED,
    "ABNORMAL": RefundState.ABNORMAL,
    "CLOSED": RefundState.CLOSED,
    # As bills write them.
    "FAIL": RefundState.CLOSED,
    "CHANGE": RefundState.ABNORMAL,
}


def wechat_channel() -> "WechatChannel | None":
    """The channel, where the settings name a merchant."""
    return WechatChannel() if has_pay_account() else None


class WechatChannel:
    """See PaymentChannel."""

    name, label, needs_openid, has_bills = "wechat", _("微信支付"), True, True

    def place(self, order: ChannelOrder) -> Prepared:
        asked_at = clock.now()
        jsapi_order = orders.JsapiOrder(
            appid=settings.WECHAT_APPID,
            description=order.description,
            out_trade_no=order.number,
            notify_url=_notice_url(),
            total_fen=order.amount_fen,
            openid=order.openid,
            time_expire=order.expires_at,
        )
        with _client() as client:
            return Prepared(orders.place_order(client, jsapi_order), asked_at + PREPAID_FOR)

    def payment_parameters(self, reference: str) -> Mapping[str, str]:
        with _client() as client:
            parameters = orders.payment_parameters(
                client, appid=settings.WECHAT_APPID, prepay_id=reference
            )
        return {name: str(value) for name, value in parameters.items()}

    def query(self, order: ChannelOrder) -> OrderAnswer:
        try:
            with _client() as client:
                found = orders.order_by_out_trade_no(client, order.number)
                return _order_answer(client, found, order.number)
        except OrderUnknown:
            return OrderAnswer(OrderState.UNKNOWN)

    def close(self, order: ChannelOrder) -> None:
        with _client() as client:
            orders.close_order(client, order.number)

    def refund(self, refund: ChannelRefund) -> RefundAnswer:
        request = refunds.RefundRequest(
            out_refund_no=refund.number,
            transaction_id=refund.transaction_id,
            refund_fen=refund.amount_fen,
            total_fen=refund.payment_fen,
            reason=refund.reason,
            notify_url=_notice_url(),
        )
        with _client() as client:
            return _refund_answer(refunds.request_refund(client, request))

    def query_refund(self, refund: ChannelRefund) -> RefundAnswer:
        with _client(unknown=RefundUnknown) as client:
            return _refund_answer(refunds.refund_by_out_refund_no(client, refund.number))

    def bill(self, day: date) -> Iterator[ChannelBillLine]:
        with _client() as client, tempfile.TemporaryFile("w+b") as file:
            try:
                link = bills.request_trade_bill(client, day)
            except ApiError as error:
                if error.code == "NO_STATEMENT_EXIST":
                    return
                raise
            bills.download_bill(client, link, file)
            file.seek(0)
            lines = (line.decode() for line in file)
            for row in trade_bill_rows(lines):
                yield from _bill_lines(client, row)


def payment_in(transaction: Transaction) -> ChannelPayment:
    """What a notice says of a payment. Raises ContradictingAnswer."""
    with _client() as client:
        answer = _order_answer(client, transaction, transaction.out_trade_no)
    if answer.payment is None:
        raise ContradictingAnswer("notice of an unpaid order")
    return answer.payment


def refund_in(notice: RefundNotice) -> RefundAnswer:
    """What a notice says of a refund. Raises ContradictingAnswer."""
    with _client() as client:
        if notice.mchid != client.merchant.mchid:
            raise ContradictingAnswer("another merchant")
    return _refund_answer(notice)


def _notice_url() -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{NOTICE_PATH}"


@contextmanager
def _client(*, unknown: type[ChannelRefused] = OrderUnknown) -> Iterator[PayClient]:
    """The client, whose errors leave as those of channels."""
    try:
        yield pay_client()
    except WechatMisconfigured:
        translated: ChannelError = ChannelUnavailable("misconfigured")
    except PayError as error:
        translated = _translated(error, unknown)
    else:
        return
    # Without the foreign exception, which may quote what was sent.
    raise translated


def _translated(error: PayError, unknown: type[ChannelRefused]) -> ChannelError:
    if isinstance(error, ApiError):
        kind: type[ChannelError] = ChannelRefused
        if error.status >= _SERVER_ERROR or error.status == _TOO_MANY or error.code in _LATER:
            kind = ChannelUnavailable
        elif error.code == "ORDERPAID":
            kind = OrderIsPaid
        elif error.status == _NOT_FOUND:
            kind = unknown
        return kind(error.code, request_id=error.request_id)
    if isinstance(error, Unreachable | SignatureRefused):
        # An answer that nobody signed is none.
        return ChannelUnavailable(type(error).__name__)
    return ContradictingAnswer(type(error).__name__)


def _order_answer(client: PayClient, found: Transaction, number: str) -> OrderAnswer:
    ours = (settings.WECHAT_APPID, client.merchant.mchid, number)
    if (found.appid, found.mchid, found.out_trade_no) != ours:
        raise ContradictingAnswer("another merchant or order")
    state = _ORDER_STATES.get(found.trade_state)
    if state is None:
        raise ContradictingAnswer("unknown state of an order")
    if state != OrderState.PAID:
        return OrderAnswer(state)
    if not found.transaction_id or not found.total_fen or found.success_time is None:
        raise ContradictingAnswer("paid without number, sum or time")
    if found.currency not in {None, "CNY"}:
        raise ContradictingAnswer("another currency")
    payment = ChannelPayment(
        order_number=found.out_trade_no,
        transaction_id=found.transaction_id,
        amount_fen=found.total_fen,
        payer_total_fen=found.payer_total_fen,
        paid_at=found.success_time,
    )
    return OrderAnswer(state, payment)


def _refund_answer(found: PayRefund | RefundNotice) -> RefundAnswer:
    state = _REFUND_STATES.get(found.status)
    if state is None:
        raise ContradictingAnswer("unknown state of a refund")
    return RefundAnswer(
        number=found.out_refund_no,
        refund_id=found.refund_id,
        transaction_id=found.transaction_id,
        amount_fen=found.refund_fen,
        state=state,
        accepted_at=found.create_time if isinstance(found, PayRefund) else None,
        succeeded_at=found.success_time,
    )


def _bill_lines(client: PayClient, row: TradeBillRow) -> Iterator[ChannelBillLine]:
    """The one line of a row, none of a revoked order: it was paid and given back within the day, and is never ours."""
    if row.mchid != client.merchant.mchid:
        raise ContradictingAnswer("bill of another merchant")
    fee_milli_fen = int(row.fee_yuan * 100_000)
    if row.trade_state == "SUCCESS":
        yield ChannelBillLine(
            transaction_id=row.transaction_id,
            order_number=row.out_trade_no,
            amount_fen=row.total_fen,
            fee_milli_fen=fee_milli_fen,
            at=row.trade_time,
        )
    elif row.trade_state == "REFUND":
        state = _REFUND_STATES.get(row.refund_status, RefundState.ABNORMAL)
        yield ChannelBillLine(
            transaction_id=row.transaction_id,
            order_number=row.out_trade_no,
            refund_number=row.out_refund_no,
            refund_state=state.value,
            amount_fen=row.requested_refund_fen,
            fee_milli_fen=fee_milli_fen,
            at=row.trade_time,
        )
