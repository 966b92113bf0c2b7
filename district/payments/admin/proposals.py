"""退款复核: refunds above what one person may decide."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Menu, Pending, register_pending
from district.kernel.backoffice.columns import Choice, Column, Money
from district.kernel.four_eyes.admin import Approve, Reject
from district.merchants.scope import OperatorAction, viewer
from district.payments import services as payments
from district.payments.admin.common import PAYMENTS, PaymentsAdmin
from district.payments.models import RefundProposal


class ApproveRefund(Approve, OperatorAction):
    explanation = gettext_lazy("通过后立即发给渠道，原路退回付款人。")
    success_message = gettext_lazy("已通过，正在退款。")
    permission = "payments.change_refundproposal"
    is_dangerous = True
    verb, row_argument = staticmethod(payments.approve_refund), "proposal"


class RejectRefund(Reject, OperatorAction):
    permission = "payments.change_refundproposal"
    verb, row_argument = staticmethod(payments.reject_refund), "proposal"


@admin.register(RefundProposal)
class RefundProposalAdmin(PaymentsAdmin):
    menu = Menu(PAYMENTS, "verified", 40)
    merchant_paths = ("payment__order__merchant",)
    operator_permissions = ("view", "change")
    operator_only = frozenset({"proposed_by", "decided_by", "decision"})
    empty_hint = gettext_lazy("超过单人限额的退款会在这里等待另一人复核。")
    state_label = Choice(
        gettext_lazy("状态"), "state", {"待复核": "warning", "已通过": "success", "已拒绝": ""}
    )
    amount = Money(gettext_lazy("金额"), "amount_fen")
    order_number = Column(gettext_lazy("商户订单号"), "payment__order_number")
    transaction = Column(gettext_lazy("渠道交易号"), "payment__transaction_id")
    refund_number = Column(
        gettext_lazy("商户退款单号"),
        lambda row: getattr(getattr(row, "refund", None), "number", ""),
    )
    number = Column(gettext_lazy("编号"), "pk")
    list_display = ["number", "state_label", "amount", "order_number", "reason", "proposed_at"]
    list_filter = ["state"]
    list_select_related = ["payment", "refund"]
    fields = [
        *("state_label", "amount", "reason", "order_number", "transaction", "refund_number"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    row_actions = (ApproveRefund(), RejectRefund())


register_pending(
    Pending(
        RefundProposal,
        gettext_lazy("待复核退款"),
        RefundProposal.State.PROPOSED,
        is_allowed=lambda request: (
            viewer(request).operator and request.user.has_perm("payments.change_refundproposal")
        ),
        # Who proposed it leaves it to another.
        unless=lambda request: Q(proposed_by=viewer(request).user),
    ),
    order=40,
)
