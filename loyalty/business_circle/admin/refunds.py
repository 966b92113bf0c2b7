"""商圈退款: what went back, and those that a person has to check."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    DayRangeFilter,
    Menu,
    Pending,
    ReadOnlyAdmin,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Money
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import viewer
from loyalty.business_circle.admin.common import CIRCLE, REFUND_TONES
from loyalty.business_circle.models import MallRefund


@admin.register(MallRefund)
class MallRefundAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(CIRCLE, "undo", 20)
    empty_hint = gettext_lazy("已同步积分的支付退款后，微信会通知并列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", REFUND_TONES)
    reason_text = Choice(gettext_lazy("原因"), "reason")
    refunded = Money(gettext_lazy("退款"), "refund_fen")
    paid = Money(gettext_lazy("原支付"), "payment_fen")
    list_display = [
        *("refund_id", "state_label", "reason_text", "refunded", "paid", "transaction_id"),
        "refunded_at",
    ]
    list_filter = ["state", "reason", ("refunded_at", DayRangeFilter)]
    exact_fields = ("refund_id", "transaction_id")
    search_help_text = gettext_lazy("完整的微信退款单号或微信支付订单号")
    fields = [
        *("refund_id", "transaction_id", "state_label", "reason_text", "refunded", "paid"),
        *("ledger_refund", "refunded_at", "received_at", "decided_at"),
    ]


register_pending(
    Pending(
        MallRefund,
        gettext_lazy("待核对的商圈退款"),
        MallRefund.State.REFUSED,
        is_allowed=lambda request: viewer(request).operator,
        tone="bad",
    ),
    order=31,
)
