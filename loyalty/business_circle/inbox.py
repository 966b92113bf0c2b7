"""Notices of the smart district: verified and kept by the inbox, then handled by what they are about."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from district.kernel.inbox.sources import InboxSource, Notice
from district.wechat.pay import business_circle as pay
from district.wechat.pay.errors import UnknownEvent
from district.wechat.pay.notices import Envelope
from district.wechat.pay.signatures import SIGNED_HEADERS
from district.wechat.pay_account import read_pay_notice, verify_pay_notice
from loyalty.business_circle import services
from loyalty.business_circle.errors import ForeignNotice
from loyalty.business_circle.values import (
    ReportedAuthorization,
    ReportedPayment,
    ReportedRefund,
)

SOURCE = "wechat_business_circle"
# What a notice says and we have no use for. The test of the notices holds every field against this and the readers.
IGNORED_FIELDS: dict[type, frozenset[str]] = {
    # The number of a card in WeChat's wallet: our members are known by their openid.
    pay.CardActivated: frozenset({"code"}),
    # The district's own name; the card as above; who is authorised is known by the notice of that.
    pay.MallPaymentNotice: frozenset({"merchant_name", "code", "auth_type"}),
    # Who and where stands with the payment.
    pay.MallRefundNotice: frozenset({"openid", "merchant_name", "shop_name", "shop_number"}),
}


def handle_notice(notice: Notice) -> None:
    """Raises UnknownEvent for what is nothing of the smart district: it is set aside, where a person sees it."""
    pay_notice = read_pay_notice(notice.body)
    envelope, content = pay_notice.envelope, pay_notice.content
    if isinstance(content, pay.CardActivated):
        services.note_authorization(authorization=read_authorization(content, envelope))
    elif isinstance(content, pay.MallPaymentNotice):
        services.note_payment(payment=read_payment(content))
    elif isinstance(content, pay.MallRefundNotice):
        services.note_refund(refund=read_refund(content))
    else:
        raise UnknownEvent(envelope.event_type)


def read_authorization(content: pay.CardActivated, envelope: Envelope) -> ReportedAuthorization:
    """No time and no mini-program is in it: the envelope's time, and ours. Raises ForeignNotice."""
    _require_ours(content.mchid)
    return ReportedAuthorization(
        openid=content.openid,
        kind=content.auth_type or "",
        authorized_at=envelope.create_time,
    )


def read_payment(content: pay.MallPaymentNotice) -> ReportedPayment:
    """Raises ForeignNotice."""
    _require_ours(content.mchid, content.appid)
    return ReportedPayment(
        transaction_id=content.transaction_id,
        openid=content.openid,
        amount_fen=content.amount_fen,
        paid_at=content.time_end,
        shop_number=(content.shop_number or "").strip(),
        shop_name=content.shop_name or "",
        is_requested=bool(content.commit_tag),
    )


def read_refund(content: pay.MallRefundNotice) -> ReportedRefund:
    """Raises ForeignNotice."""
    _require_ours(content.mchid, content.appid)
    return ReportedRefund(
        refund_id=content.refund_id,
        transaction_id=content.transaction_id,
        refund_fen=content.refund_amount_fen,
        payment_fen=content.pay_amount_fen,
        refunded_at=content.refund_time,
    )


def _require_ours(mchid: str, appid: str | None = None) -> None:
    # A right signature says who wrote it, not that it is about us.
    if mchid != settings.WECHAT_PAY_MCHID or appid not in {None, settings.WECHAT_APPID}:
        raise ForeignNotice


INBOX_SOURCES = (
    InboxSource(
        name=SOURCE,
        label=_("微信智慧商圈"),
        signed_headers=SIGNED_HEADERS,
        verify=verify_pay_notice,
        handle=handle_notice,
    ),
)
