"""渠道账单 and 对账差异: what a channel's day and our books say differently, and what a person says of it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Pending,
    ReadOnlyAdmin,
    Section,
    link,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Digest, Link, Money, Number, table
from district.kernel.backoffice.replays import replay_pair
from district.kernel.backoffice.search import ExactSearch
from district.kernel.outbox import wakeup
from district.merchants.scope import OperatorAction, viewer
from district.payments import services as payments
from district.payments.admin.common import PAYMENTS, SHOWN, channel_column
from district.payments.models import BillDifference, ChannelBill

State = BillDifference.State
_REPLAY, _REPLAY_ALL = replay_pair(
    ChannelBill,
    wakeup.wake_worker,
    labels=(gettext_lazy("重新下载"), gettext_lazy("重新下载全部搁置账单")),
    explanation=gettext_lazy("账单会回到队列，由后台任务再次下载。"),
)


class ReconcileAgain(OperatorAction):
    name, label, icon = "reconcile", gettext_lazy("重新对账"), "balance"
    explanation = gettext_lazy("用已下载的账单与现在的账目再对一次；已经一致的差异会自动核平。")
    success_message = gettext_lazy("已重新对账。")
    permission = "payments.change_channelbill"
    states = {ChannelBill.State.FETCHED, ChannelBill.State.RECONCILED}
    verb, row_argument = staticmethod(payments.reconcile_bill), "bill"


@admin.register(ChannelBill)
class ChannelBillAdmin(ReadOnlyAdmin):
    menu = Menu(PAYMENTS, "menu_book", 50)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("每天上午下载前一天的渠道账单，与本地账目逐笔核对。")
    ordering = ["-day", "-pk"]
    sortable_by = ()
    state_label = Choice(
        gettext_lazy("状态"), "state", {"待下载": "info", "待对账": "warning", "已对账": "success"}
    )
    channel_name = channel_column()
    payment_number = Number(gettext_lazy("支付笔数"), "payment_count")
    payment_total = Money(gettext_lazy("支付总额"), "payment_fen")
    refund_number = Number(gettext_lazy("退款笔数"), "refund_count")
    refund_total = Money(gettext_lazy("退款总额"), "refund_fen")
    fee = Money(gettext_lazy("手续费"), lambda row: round(row.fee_milli_fen / 1_000))
    digest_text = Digest(gettext_lazy("内容摘要"), "digest")
    open_count = Number(
        gettext_lazy("未处理差异"), lambda row: row.differences.filter(state=State.OPEN).count()
    )
    list_display = [
        *("day", "channel_name", "state_label", "payment_number", "payment_total"),
        *("refund_number", "refund_total", "open_count"),
    ]
    list_filter = ["state", ("day", DayRangeFilter)]
    fields = [
        *("day", "channel_name", "state_label", "payment_number", "payment_total"),
        *("refund_number", "refund_total", "fee", "digest_text", "fetched_at", "reconciled_at"),
        *("attempts", "last_error", "set_aside_at"),
    ]
    row_actions = (ReconcileAgain(), _REPLAY)
    list_actions = (_REPLAY_ALL,)

    def name_of(self, row: ChannelBill) -> str:
        return f"{row.day:%Y-%m-%d}"

    def sections(self, request: HttpRequest, row: ChannelBill) -> Iterable[Section]:
        yield table(
            _("差异"),
            [
                Link(_("单号"), "number"),
                Choice(_("类型"), "kind"),
                Money(_("差额"), "amount_fen"),
                Choice(_("状态"), "state"),
            ],
            row.differences.order_by("pk")[:SHOWN],
            empty=_("没有差异。"),
        )


class ExplainForm(ActionForm):
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )


class ExplainDifference(OperatorAction):
    name, label, icon = "explain", gettext_lazy("说明原因"), "edit_note"
    explanation = gettext_lazy("说明后差异关闭，资金不会变动；需要退款的，请在收款页面操作。")
    success_message = gettext_lazy("已记录。")
    form_class = ExplainForm
    permission = "payments.change_billdifference"
    states = {State.OPEN}
    verb, row_argument = staticmethod(payments.explain_difference), "difference"


@admin.register(BillDifference)
class BillDifferenceAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(PAYMENTS, "difference", 60)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("渠道账单与本地账目不一致时，差异会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    kind_text = Choice(gettext_lazy("类型"), "kind")
    state_label = Choice(
        gettext_lazy("状态"),
        "state",
        {"待处理": "danger", "已自动核平": "success", "已说明": "info"},
    )
    amount = Money(gettext_lazy("差额"), "amount_fen")
    day = Column(gettext_lazy("账单日"), lambda row: f"{row.bill.day:%Y-%m-%d}")
    channel_name = channel_column("bill__channel")
    list_display = ["number", "kind_text", "amount", "state_label", "channel_name", "day"]
    list_filter = ["state", "kind", ("found_at", DayRangeFilter)]
    list_select_related = ["bill"]
    exact_fields = ("number", "transaction_id")
    search_help_text = gettext_lazy("完整的订单号、退款单号或渠道交易号")
    fields = [
        *("number", "transaction_id", "kind_text", "amount", "state_label", "channel_name"),
        *("day", "found_at", "closed_at", "explained_by", "note"),
    ]
    row_actions = (ExplainDifference(),)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        yield Section(
            title=_("相关记录"),
            headers=[_("账单"), _("订单"), _("退款")],
            rows=[
                [
                    link(request, row.bill, f"{row.bill.day:%Y-%m-%d}"),
                    link(request, row.order),
                    link(request, row.refund),
                ]
            ],
            empty="",
        )


register_pending(
    Pending(
        BillDifference,
        gettext_lazy("对账差异"),
        State.OPEN,
        is_allowed=lambda request: viewer(request).operator,
        tone="bad",
    ),
    order=42,
)
