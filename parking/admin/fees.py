"""What was paid of a stay's fee and went back: on the stay's page, and refunds that wait for another person."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import (
    ActionForm,
    Menu,
    Pending,
    Section,
    name_verbs,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Moment, Money, Number, table
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.four_eyes.admin import Approve, Reject
from district.kernel.text.money import format_yuan
from district.merchants.models import Store
from district.merchants.scope import MerchantScopedAdmin, viewer
from district.payments.admin.common import REFUND_TONES
from parking import services as parking
from parking.admin.common import PARKING, ManagedAction
from parking.models import CarPark, FeeRefundPart, FeeRefundProposal, FeeTender, Stay
from parking.queries.fees import due_of, lines_of, paid_tenders
from parking.services.fee_terms import GRACE_RANGE

TONES = {"待支付": "info", "已支付": "success", "已过期": "", "已撤回": ""}

name_verbs(
    propose_fee_refund=gettext_lazy("退停车费"),
    refund_fee=gettext_lazy("退停车费"),
    approve_fee_refund=gettext_lazy("通过停车费退款"),
    reject_fee_refund=gettext_lazy("拒绝停车费退款"),
    set_fee_terms=gettext_lazy("设置收费门店与离场时限"),
)


class RefundForm(ActionForm):
    amount_yuan = YuanField(gettext_lazy("退款金额（元）"), min_fen=1)
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=80, help_text=gettext_lazy("付款人可以看到。")
    )


class RefundFee(ManagedAction):
    name, label, icon, is_dangerous = "refund", gettext_lazy("退停车费"), "undo", True
    explanation = gettext_lazy(
        "按支付的相反次序退回：先退支付的金额，再退积分，最后整张退回停车券与商户减免。超过单人限额的由另一人复核。"
    )
    success_message = gettext_lazy("已退款，或已提交复核。")
    form_class, row_argument = RefundForm, "stay"
    argument_names = {"amount_yuan": "amount_fen"}
    verb = staticmethod(parking.propose_fee_refund)

    def is_applicable(self, row: Stay) -> bool:
        return bool(paid_tenders(row))


class FeeTermsForm(ActionForm):
    store = forms.ModelChoiceField(
        Store.objects.none(),
        label=gettext_lazy("收费门店"),
        required=False,
        help_text=gettext_lazy("停车券与积分按该门店核销和结算；留空则不接受停车券与积分。"),
    )
    exit_grace_minutes = forms.IntegerField(
        label=gettext_lazy("付费后离场时限（分钟）"),
        min_value=GRACE_RANGE[0],
        max_value=GRACE_RANGE[1],
    )

    def prepare(self) -> None:
        stores = Store.objects.filter(merchant=self.row.merchant_id)
        self.field("store").queryset = stores.order_by("name_key", "pk")


class SetFeeTerms(ManagedAction):
    name, label, icon, is_edit = "fee-terms", gettext_lazy("设置收费"), "point_of_sale", True
    success_message, row_argument = gettext_lazy("已保存。"), "car_park"
    states = {CarPark.State.OPEN}
    form_class = FeeTermsForm
    verb = staticmethod(parking.set_fee_terms)

    def initial(self, request: HttpRequest, row: CarPark) -> dict[str, Any]:
        return {"store": row.store_id, "exit_grace_minutes": row.exit_grace_minutes}


def due_text(stay: Stay) -> str | None:
    due = due_of(stay, clock.now())
    return None if due is None else format_yuan(due.due_fen)


def fee_sections(stay: Stay) -> Iterable[Section]:
    """The lines of the fee by now, what was paid with which tenders, and what went back."""
    due = due_of(stay, clock.now())
    yield table(
        _("收费明细"),
        [
            Column(_("类别"), "kind_name"),
            Column(_("规则"), "rule"),
            Moment(_("开始"), "starts_at"),
            Moment(_("结束"), "ends_at"),
            Number(_("计费单位"), "units"),
            Money(_("单价"), "unit_price_fen"),
            Money(_("金额"), "amount_fen"),
        ],
        lines_of(due) if due else [],
        empty=_("入场、离场或收费标准尚不明确。"),
    )
    own = Q(quote__stay=stay) | Q(quote__stay__merged_into=stay)
    tenders: Any = FeeTender.objects.filter(own).select_related("quote", "validation__merchant")
    yield table(
        _("支付与抵扣"),
        [
            Column(_("支付单"), "quote__public_id"),
            Choice(_("状态"), "quote__state", TONES),
            Moment(_("计费时间"), "quote__as_of"),
            Choice(_("方式"), "kind"),
            Money(_("金额"), "amount_fen"),
            Number(_("分钟"), "minutes"),
            Number(_("积分"), "points"),
            Column(_("减免商户"), "validation__merchant__name"),
            Column(_("渠道"), "channel"),
            Money(_("已退"), "returned_fen"),
        ],
        tenders.order_by("quote_id", "place"),
        empty=_("还没有支付。"),
    )
    parts: Any = FeeRefundPart.objects.filter(
        Q(refund__stay=stay) | Q(refund__stay__merged_into=stay)
    ).select_related("refund", "tender", "payment_refund")
    yield table(
        _("退款"),
        [
            Column(_("退款单"), "refund__public_id"),
            Moment(_("时间"), "refund__at"),
            Choice(_("退回"), "tender__kind"),
            Money(_("金额"), "amount_fen"),
            Number(_("积分"), "points"),
            Column(_("原因"), "refund__reason"),
            # One that the channel closed is sent again on the payment's page.
            Choice(_("到账"), "payment_refund__state", REFUND_TONES),
        ],
        parts.order_by("pk"),
        empty=_("没有退款。"),
    )


class _DecideRefund(ManagedAction):
    row_argument = "proposal"
    verb = staticmethod(parking.decide_fee_refund)
    approves: bool

    def run(
        self, request: HttpRequest, row: FeeRefundProposal, cleaned_data: dict[str, Any], key: Any
    ) -> Any:
        return parking.decide_fee_refund(
            proposal=row,
            approve=self.approves,
            by=viewer(request).user,
            note=cleaned_data["note"],
        )


class ApproveFeeRefund(Approve, _DecideRefund):
    explanation = gettext_lazy("通过后立即退回。")
    success_message = gettext_lazy("已通过。")
    is_dangerous, approves = True, True


class RejectFeeRefund(Reject, _DecideRefund):
    approves = False


@admin.register(FeeRefundProposal)
class FeeRefundProposalAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "verified", 24)
    merchant_paths, required_permission = ("stay__car_park__merchant",), "manage_parking"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("超过单人限额的停车费退款会在这里等待另一人复核。")
    state_label = Choice(
        gettext_lazy("状态"), "state", {"待复核": "warning", "已通过": "success", "已拒绝": ""}
    )
    number = Column(gettext_lazy("编号"), "pk")
    car_park = Column(gettext_lazy("停车场"), "stay__car_park__name")
    stay_number = Column(gettext_lazy("停车记录"), "stay__public_id")
    amount = Money(gettext_lazy("金额"), "amount_fen")
    given_back = Money(gettext_lazy("已退"), "refund__amount_fen")
    list_display = ["number", "state_label", "amount", "car_park", "reason", "proposed_at"]
    list_filter = ["state"]
    list_select_related = ["stay__car_park", "refund", "proposed_by", "decided_by"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        *("state_label", "amount", "given_back", "reason", "car_park", "stay_number"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    row_actions = (ApproveFeeRefund(), RejectFeeRefund())


register_pending(
    Pending(
        FeeRefundProposal,
        gettext_lazy("待复核停车费退款"),
        FeeRefundProposal.State.PROPOSED,
        is_allowed=lambda request: viewer(request).can("manage_parking"),
        # Who proposed it leaves it to another.
        unless=lambda request: Q(proposed_by=viewer(request).user),
    ),
    order=41,
)
