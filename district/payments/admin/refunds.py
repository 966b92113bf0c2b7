"""退款: money on its way back, and what to do with one that no channel takes."""

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
    Section,
    register_pending,
)
from district.kernel.backoffice.columns import Actor, Choice, Column, Moment, Money, table
from district.kernel.backoffice.replays import replay_pair
from district.kernel.backoffice.search import ExactSearch
from district.kernel.outbox import wakeup
from district.merchants.scope import OperatorAction, viewer
from district.payments import services as payments
from district.payments.admin.common import (
    PAYMENTS,
    REFUND_TONES,
    PaymentsAdmin,
    channel_column,
)
from district.payments.models import PaymentRefund

State = PaymentRefund.State
_REPLAY, _REPLAY_ALL = replay_pair(
    PaymentRefund,
    wakeup.wake_worker,
    labels=(gettext_lazy("重新发送"), gettext_lazy("重新发送全部搁置退款")),
    explanation=gettext_lazy("退款会以原来的退款单号再次发给渠道，不会重复退款。"),
)


class AbandonForm(ActionForm):
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200)


class AbandonRefund(OperatorAction):
    name, label, icon, is_dangerous = "abandon", gettext_lazy("放弃退款"), "cancel", True
    explanation = gettext_lazy("先向渠道核实没有这笔退款，再释放占用的金额；之后可以另行退款。")
    success_message = gettext_lazy("已放弃。")
    form_class = AbandonForm
    permission = "payments.change_paymentrefund"
    verb, row_argument = staticmethod(payments.abandon_refund), "refund"

    def is_applicable(self, row: PaymentRefund) -> bool:
        return row.state == State.REQUESTED and row.set_aside_at is not None


class QueryRefund(OperatorAction):
    name, label, icon = "query", gettext_lazy("立即查询"), "sync"
    explanation = gettext_lazy("向支付渠道查询这笔退款的结果。")
    success_message = gettext_lazy("已查询。")
    permission = "payments.change_paymentrefund"
    states = PaymentRefund.ASKED_ABOUT
    verb, row_argument = staticmethod(payments.query_refund), "refund"


@admin.register(PaymentRefund)
class PaymentRefundAdmin(ExactSearch, PaymentsAdmin):
    menu = Menu(PAYMENTS, "undo", 30)
    merchant_paths = ("payment__order__merchant",)
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"asked_by", "last_error", "set_aside_at", "attempts", "note"})
    empty_hint = gettext_lazy("业务或人工退款、多收退回会列在这里。")
    state_label = Choice(gettext_lazy("状态"), "state", REFUND_TONES)
    origin_text = Choice(gettext_lazy("来源"), "origin")
    amount = Money(gettext_lazy("金额"), "amount_fen")
    order_number = Column(gettext_lazy("商户订单号"), "payment__order_number")
    transaction = Column(gettext_lazy("渠道交易号"), "payment__transaction_id")
    channel_name = channel_column("payment__channel")
    asked_by = Actor(gettext_lazy("操作者"), "actor")
    paid_to = Column(
        gettext_lazy("收款方"), "payment__order__merchant__name", empty=gettext_lazy("商圈联盟")
    )
    list_display = [
        *("number", "state_label", "amount", "origin_text", "order_number", "paid_to"),
        *("requested_at", "succeeded_at"),
    ]
    list_filter = ["state", "origin", ("requested_at", DayRangeFilter)]
    list_select_related = ["payment__order__merchant"]
    exact_fields = ("number", "public_id", "payment__transaction_id", "payment__order_number")
    search_help_text = gettext_lazy("完整的退款单号、编号、渠道交易号或订单号")
    fields = [
        *("number", "public_id", "state_label", "amount", "reason", "origin_text", "asked_by"),
        *("order_number", "transaction", "channel_refund_id", "channel_name", "paid_to"),
        *("requested_at", "accepted_at", "succeeded_at", "closed_at", "note"),
        *("attempts", "next_attempt_at", "last_error", "set_aside_at"),
    ]
    row_actions = (QueryRefund(), _REPLAY, AbandonRefund())
    list_actions = (_REPLAY_ALL,)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        if not viewer(request).operator:
            return
        yield table(
            _("渠道调用"),
            [
                Moment(_("时间"), "at"),
                Choice(_("操作"), "operation"),
                Choice(_("结果"), "outcome"),
                Column(_("代码"), "code"),
                Column(_("渠道请求号"), "request_id"),
            ],
            row.calls.order_by("pk"),
            empty=_("还没有调用过渠道。"),
        )


register_pending(
    Pending(
        PaymentRefund,
        gettext_lazy("异常退款"),
        State.ABNORMAL,
        is_allowed=lambda request: viewer(request).operator,
        tone="bad",
    ),
    order=41,
)
