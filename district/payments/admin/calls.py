"""渠道调用: the diary of what was asked of the channels and how it ended."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Choice, Column, Number
from district.kernel.backoffice.search import ExactSearch
from district.payments.admin.common import PAYMENTS, channel_column
from district.payments.models import ChannelCall


def _about(row: ChannelCall) -> str:
    return str(row.order or row.refund or (row.bill and row.bill.day))


@admin.register(ChannelCall)
class ChannelCallAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(PAYMENTS, "swap_calls", 80)
    empty_hint = gettext_lazy("向支付渠道的下单、关单、退款和失败的查询会记在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    operation_text = Choice(gettext_lazy("操作"), "operation")
    outcome_label = Choice(
        gettext_lazy("结果"),
        "outcome",
        {"成功": "success", "被拒绝": "warning", "未连通": "danger", "应答无法采信": "danger"},
    )
    subject = Column(gettext_lazy("对象"), _about)
    channel_name = channel_column()
    duration = Number(gettext_lazy("耗时（毫秒）"), "duration_ms")
    list_display = ["at", "channel_name", "operation_text", "outcome_label", "subject", "code"]
    list_filter = ["operation", "outcome", ("at", DayRangeFilter)]
    list_select_related = ["order", "refund", "bill"]
    exact_fields = ("order__number", "refund__number", "request_id")
    search_help_text = gettext_lazy("完整的订单号、退款单号或渠道请求号")
    fields = [
        *("at", "channel_name", "operation_text", "outcome_label", "subject", "code"),
        *("request_id", "duration"),
    ]
