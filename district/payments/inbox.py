"""Notices of the channels: verified and kept by the inbox, then handled by what they are about."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from district.kernel.inbox.sources import InboxSource, Notice
from district.payments import services
from district.payments.channels import unionpay
from district.payments.channels.base import RefundAnswer
from district.payments.channels.wechat import WechatChannel, payment_in, refund_in
from district.payments.models import Payment
from district.wechat.pay.errors import UnknownEvent
from district.wechat.pay.orders import Transaction
from district.wechat.pay.refunds import RefundNotice
from district.wechat.pay.signatures import SIGNED_HEADERS
from district.wechat.pay_account import read_pay_notice, verify_pay_notice

WECHAT, UNIONPAY = "wechat_pay", "unionpay"


def _accept_payment(content: Transaction) -> None:
    services.accept_payment(
        channel=WechatChannel.name, payment=payment_in(content), source=Payment.Source.NOTICE
    )


def _note_refund(content: RefundNotice) -> None:
    services.note_refund(channel=WechatChannel.name, answer=refund_in(content))


_HANDLERS: dict[type, Callable[[Any], None]] = {
    Transaction: _accept_payment,
    RefundNotice: _note_refund,
}


def handle_notice(notice: Notice) -> None:
    """Raises UnknownEvent for what nobody handles, so that the notice is set aside, where a person sees it."""
    pay_notice = read_pay_notice(notice.body)
    handler = _HANDLERS.get(type(pay_notice.content))
    if handler is None:
        raise UnknownEvent(pay_notice.envelope.event_type)
    handler(pay_notice.content)


def _handle_unionpay(notice: Notice) -> None:
    content = unionpay.read_notice(notice.body)
    if isinstance(content, RefundAnswer):
        services.note_refund(channel=unionpay.NAME, answer=content)
    elif content is not None:
        services.accept_payment(
            channel=unionpay.NAME, payment=content, source=Payment.Source.NOTICE
        )


INBOX_SOURCES = (
    InboxSource(
        name=WECHAT,
        label=_("微信支付"),
        signed_headers=SIGNED_HEADERS,
        verify=verify_pay_notice,
        handle=handle_notice,
    ),
    InboxSource(
        name=UNIONPAY,
        label=_("云闪付"),
        # The signature stands in the body.
        signed_headers=(),
        verify=unionpay.verify_notice,
        handle=_handle_unionpay,
    ),
)
