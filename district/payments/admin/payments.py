"""收款: money that arrived, and the refunds of it that a person asks for."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Section,
    visible_rows,
)
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, table
from district.kernel.backoffice.search import ExactSearch
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.idempotency import Key
from district.merchants.scope import OperatorAction, viewer
from district.payments import services as payments
from district.payments.admin.common import (
    PAYMENTS,
    ROLE_TONES,
    PaymentsAdmin,
    channel_column,
    refund_columns,
)
from district.payments.models import Payment, PaymentRefund, RefundProposal


class PaymentRefundForm(ActionForm):
    amount_yuan = YuanField(gettext_lazy("退款金额（元）"))
    reason = forms.CharField(
        label=gettext_lazy("退款原因"), max_length=80, help_text=gettext_lazy("付款人会看到。")
    )


class ProposeRefund(OperatorAction):
    name, label, icon, is_dangerous = "refund", gettext_lazy("退款"), "undo", True
    is_edit = False  # its first values are suggestions: what it stores is new
    explanation = gettext_lazy("原路退回付款人；超过单人限额的，须由另一人复核后才会退出。")
    success_message = gettext_lazy("已提交。")
    form_class = PaymentRefundForm
    permission = "payments.add_paymentrefund"

    def is_applicable(self, row: Payment) -> bool:
        return row.left_fen > 0

    def initial(self, request: HttpRequest, row: Payment) -> dict[str, Any]:
        return {"amount_yuan": row.left_fen}

    def run(
        self, request: HttpRequest, row: Payment, cleaned_data: dict[str, Any], key: Key
    ) -> Any:
        wanted = payments.propose_refund(
            payment=row,
            amount_fen=cleaned_data["amount_yuan"],
            reason=cleaned_data["reason"],
            by=viewer(request).user,
            key=key,
        )
        if isinstance(wanted, RefundProposal):
            messages.warning(request, _("金额超过单人限额，等待另一人复核。"))
        return None


@admin.register(Payment)
class PaymentAdmin(ExactSearch, PaymentsAdmin):
    menu = Menu(PAYMENTS, "payments", 20)
    merchant_paths = ("order__merchant",)
    operator_permissions = ("view",)
    empty_hint = gettext_lazy("支付渠道通知或查询到的款项会列在这里。")
    role_label = Choice(gettext_lazy("归属"), "role", ROLE_TONES)
    cause_text = Choice(gettext_lazy("多收原因"), "cause")
    source_text = Choice(gettext_lazy("得知方式"), "source")
    amount = Money(gettext_lazy("金额"), "amount_fen")
    payer_total = Money(gettext_lazy("用户实付"), "payer_total_fen")
    reserved = Money(gettext_lazy("退款占用"), "refund_reserved_fen")
    refunded = Money(gettext_lazy("已退款"), "refunded_fen")
    left = Money(gettext_lazy("可退余额"), "left_fen")
    channel_name = channel_column()
    paid_to = Column(
        gettext_lazy("收款方"), "order__merchant__name", empty=gettext_lazy("商圈联盟")
    )
    list_display = [
        *("transaction_id", "role_label", "cause_text", "amount", "refunded"),
        *("paid_to", "channel_name", "paid_at"),
    ]
    list_filter = ["role", "cause", "source", ("paid_at", DayRangeFilter)]
    list_select_related = ["order__merchant"]
    exact_fields = ("transaction_id", "order_number", "public_id")
    search_help_text = gettext_lazy("完整的渠道交易号、订单号或编号")
    fields = [
        *("transaction_id", "public_id", "order_number", "channel_name", "role_label"),
        *("cause_text", "amount", "payer_total", "reserved", "refunded", "left", "paid_to"),
        *("paid_at", "received_at", "source_text"),
    ]
    row_actions = (ProposeRefund(),)

    def sections(self, request: HttpRequest, row: Payment) -> Iterable[Section]:
        number, *others = refund_columns()
        yield table(
            _("退款"),
            [Link(number.short_description, "number"), *others],
            visible_rows(request, PaymentRefund).filter(payment=row).order_by("pk"),
            empty=_("没有退款。"),
        )
        if viewer(request).operator:
            yield table(
                _("待复核与已复核的退款"),
                [
                    Link(_("编号"), "pk"),
                    Choice(_("状态"), "state"),
                    Money(_("金额"), "amount_fen"),
                    Column(_("退款原因"), "reason"),
                    Moment(_("提出时间"), "proposed_at"),
                ],
                visible_rows(request, RefundProposal).filter(payment=row).order_by("pk"),
                empty=_("没有。"),
            )
