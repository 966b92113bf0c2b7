"""What the screens of payments share: texts, columns, tones, and who may see them."""

from django.db import models
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import MenuGroup, name_events, name_verbs
from district.kernel.backoffice.columns import Choice, Column, Moment, Money
from district.merchants.scope import MerchantScopedAdmin
from district.payments.channels.registry import channel_text

PAYMENTS = MenuGroup(gettext_lazy("支付"), order=33)
SHOWN = 200
ORDER_TONES = {
    "待发起": "",
    "等待支付": "info",
    "关闭中": "warning",
    "已支付": "success",
    "已关闭": "",
}
REFUND_TONES = {
    "待发送": "info",
    "处理中": "info",
    "已到账": "success",
    "异常": "danger",
    "未成功": "danger",
}
ROLE_TONES = {"入账": "success", "多收": "warning"}

name_verbs(
    propose_refund=gettext_lazy("提出退款"),
    approve_refund=gettext_lazy("通过退款"),
    reject_refund=gettext_lazy("拒绝退款"),
    abandon_refund=gettext_lazy("放弃退款"),
    explain_difference=gettext_lazy("说明对账差异"),
)
name_events(
    OrderPaid=gettext_lazy("订单已支付"),
    OrderClosed=gettext_lazy("订单已关闭"),
    PaymentRefunded=gettext_lazy("退款已到账"),
    RefundFailed=gettext_lazy("退款未成功"),
    SurplusReturned=gettext_lazy("多收款项已退回"),
    DifferenceFound=gettext_lazy("发现对账差异"),
    MemberAbsorbed=gettext_lazy("会员已合并"),
)


class PaymentsAdmin(MerchantScopedAdmin):
    """A table of payments; a merchant's people with the right to it see what was paid to their merchant."""

    required_permission = "view_payments"
    ordering = ["-pk"]
    sortable_by = ()


def channel_column(path: str = "channel") -> Column:
    """The channel by the name that people know."""

    def text(row: models.Model) -> str:
        value: object = row
        for name in path.split("__"):
            value = getattr(value, name)
        return channel_text(str(value))

    return Column(gettext_lazy("支付渠道"), text)


def refund_columns() -> list[Column]:
    """A payment's refunds, on the pages of what they belong to."""
    return [
        Column(gettext_lazy("商户退款单号"), "number"),
        Choice(gettext_lazy("状态"), "state"),
        Money(gettext_lazy("金额"), "amount_fen"),
        Choice(gettext_lazy("来源"), "origin"),
        Moment(gettext_lazy("申请时间"), "requested_at"),
        Moment(gettext_lazy("到账时间"), "succeeded_at"),
    ]
