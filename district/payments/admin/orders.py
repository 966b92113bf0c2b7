"""支付订单: an order with everything that happened to it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, Section, format_instant, visible_rows
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, table
from district.kernel.backoffice.replays import replay_pair
from district.kernel.backoffice.search import ExactSearch
from district.kernel.outbox import wakeup
from district.kernel.text.money import format_yuan
from district.merchants.scope import OperatorAction, ScopedFilter, viewer
from district.payments import services as payments
from district.payments.admin.common import (
    ORDER_TONES,
    PAYMENTS,
    PaymentsAdmin,
    channel_column,
    refund_columns,
)
from district.payments.models import Order, Payment, PaymentRefund

State = Order.State
_REPLAY, _REPLAY_ALL = replay_pair(
    Order,
    wakeup.wake_worker,
    labels=(gettext_lazy("重新查询"), gettext_lazy("重新查询全部搁置订单")),
    explanation=gettext_lazy("订单会回到队列，由后台任务再次向渠道查询或关闭。"),
)


class CloseOrder(OperatorAction):
    name, label, icon, is_dangerous = "close", gettext_lazy("关闭订单"), "block", True
    explanation = gettext_lazy("渠道确认后关闭；在此之前到账的支付仍然有效。")
    success_message = gettext_lazy("正在关闭。")
    permission = "payments.change_order"
    states = {State.CREATED, State.AWAITING_PAYMENT}
    verb, row_argument = staticmethod(payments.close_order), "order"


class QueryOrder(OperatorAction):
    name, label, icon = "query", gettext_lazy("立即查单"), "sync"
    explanation = gettext_lazy("向支付渠道查询这张订单；查到的支付立即入账。")
    success_message = gettext_lazy("已查询，请看订单记录。")
    permission = "payments.change_order"
    states = {State.AWAITING_PAYMENT, State.CLOSING, State.CLOSED}
    verb, row_argument = staticmethod(payments.query_order), "order"


@admin.register(Order)
class OrderAdmin(ExactSearch, PaymentsAdmin):
    menu = Menu(PAYMENTS, "receipt_long", 10)
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant", "member_no", "last_error", "set_aside_at", "attempts"})
    empty_hint = gettext_lazy("停车等业务下单后，订单会列在这里。")
    state_label = Choice(gettext_lazy("状态"), "state", ORDER_TONES)
    amount = Money(gettext_lazy("金额"), "amount_fen")
    channel_name = channel_column()
    member_no = Column(gettext_lazy("会员编号"), "member__public_id")
    merchant_name = Column(gettext_lazy("收款方"), "merchant__name", empty=gettext_lazy("商圈联盟"))
    reason_text = Choice(gettext_lazy("关闭原因"), "close_reason")
    list_display = [
        *("number", "state_label", "amount", "description", "merchant_name"),
        *("channel_name", "created_at", "paid_at"),
    ]
    list_filter = ["state", ("merchant", ScopedFilter), ("created_at", DayRangeFilter)]
    list_select_related = ["merchant", "member"]
    exact_fields = ("number", "public_id", "subject", "member__public_id")
    search_help_text = gettext_lazy("完整的订单号、编号、业务编号或会员编号")
    fields = [
        *("number", "public_id", "state_label", "amount", "description", "subject"),
        *("merchant_name", "member_no", "channel_name", "created_at", "expires_at", "paid_at"),
        *("closed_at", "reason_text", "attempts", "last_error", "set_aside_at"),
    ]
    row_actions = (CloseOrder(), QueryOrder(), _REPLAY)
    list_actions = (_REPLAY_ALL,)

    def sections(self, request: HttpRequest, row: Order) -> Iterable[Section]:
        payments_of_order = list(visible_rows(request, Payment).filter(order=row).order_by("pk"))
        refunds = list(
            visible_rows(request, PaymentRefund).filter(payment__order=row).order_by("pk")
        )
        yield timeline(row, payments_of_order, refunds, with_calls=viewer(request).operator)
        yield table(
            _("收款"),
            [
                Link(_("渠道交易号"), "transaction_id"),
                Choice(_("归属"), "role"),
                Choice(_("多收原因"), "cause"),
                Money(_("金额"), "amount_fen"),
                Money(_("已退款"), "refunded_fen"),
                Moment(_("支付时间"), "paid_at"),
                Choice(_("得知方式"), "source"),
            ],
            payments_of_order,
            empty=_("还没有收到款项。"),
        )
        number, *others = refund_columns()
        yield table(
            _("退款"),
            [Link(number.short_description, "number"), *others],
            refunds,
            empty=_("没有退款。"),
        )


def timeline(
    order: Order, received: list[Payment], refunds: list[PaymentRefund], *, with_calls: bool
) -> Section:
    """Everything that happened to an order, in the order of time."""
    happened = [*_own_steps(order), *_money_steps(received, refunds)]
    if with_calls:
        happened += list(_calls(order, refunds))
    happened.sort(key=lambda step: step[0])
    return Section(
        title=_("经过"),
        headers=[_("时间"), _("事项"), _("说明")],
        rows=[[format_instant(at), what, detail] for at, what, detail in happened],
        empty="",
    )


Step = tuple[datetime, str, str]


def _own_steps(order: Order) -> Iterator[Step]:
    yield order.created_at, _("下单"), format_yuan(order.amount_fen)
    if order.closed_at:
        yield order.closed_at, _("关闭"), order.get_close_reason_display()


def _money_steps(received: list[Payment], refunds: list[PaymentRefund]) -> Iterator[Step]:
    for payment in received:
        why = payment.get_cause_display()
        role = payment.get_role_display() + (f"（{why}）" if why else "")
        yield payment.paid_at, _("用户支付"), format_yuan(payment.amount_fen)
        yield payment.received_at, payment.get_source_display(), role
    for refund in refunds:
        amount = format_yuan(refund.amount_fen)
        yield refund.requested_at, _("申请退款"), f"{amount} {refund.reason}"
        if refund.accepted_at:
            yield refund.accepted_at, _("渠道受理退款"), amount
        if refund.succeeded_at:
            yield refund.succeeded_at, _("退款到账"), amount
        if refund.closed_at:
            yield refund.closed_at, _("退款未成功"), f"{amount} {refund.note}".strip()


def _calls(order: Order, refunds: list[PaymentRefund]) -> Iterator[Step]:
    calls = [
        *order.calls.order_by("pk"),
        *(call for refund in refunds for call in refund.calls.order_by("pk")),
    ]
    for call in calls:
        what = f"{call.get_operation_display()}：{call.get_outcome_display()}"
        yield call.at, what, " ".join(filter(None, [call.code, call.request_id]))
