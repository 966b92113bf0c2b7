"""小票复核: receipts above a ceiling wait here for an operator; merchants read their own."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Pending,
    Section,
    name_verbs,
    register_pending,
)
from district.kernel.backoffice.columns import Money
from district.kernel.backoffice.search import ExactSearch
from district.kernel.four_eyes.admin import ApprovalForm
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, ScopedFilter, viewer
from loyalty import services as loyalty
from loyalty.admin import explorer
from loyalty.admin.common import POINTS
from loyalty.models import EarningReview

name_verbs(
    approve_earning=gettext_lazy("通过小票积分"),
    refuse_earning=gettext_lazy("拒绝小票积分"),
)


class RefuseEarningForm(ActionForm):
    note = forms.CharField(
        label=gettext_lazy("拒绝原因"),
        max_length=200,
        help_text=gettext_lazy("会员在明细中看得到。"),
    )


class ReviewDecisionAction(OperatorAction):
    """For operators with the right to decide; never for the merchant whose receipt it is."""

    permission = "loyalty.change_earningreview"
    states, row_argument = {EarningReview.State.WAITING}, "review"


class ApproveEarning(ReviewDecisionAction):
    name, label, icon = "approve", gettext_lazy("通过"), "check_circle"
    explanation = gettext_lazy(
        "通过后积分立即可用，不能撤回。积分较大的小票须两位运营人员先后通过。"
    )
    success_message = gettext_lazy("已通过。")
    form_class = ApprovalForm
    verb = staticmethod(loyalty.approve_earning)

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        first = row is not None and row.needs_two and row.first_by_id == request.user.pk
        return super().is_allowed(request, row) and not first


class RefuseEarning(ReviewDecisionAction):
    name, label, icon = "refuse", gettext_lazy("拒绝"), "cancel"
    explanation = gettext_lazy("积分退回发放方，会员不会得到；小票保留，之后退货不再扣积分。")
    is_dangerous = True
    success_message = gettext_lazy("已拒绝，积分已退回发放方。")
    form_class = RefuseEarningForm
    verb = staticmethod(loyalty.refuse_earning)


@admin.register(EarningReview)
class EarningReviewAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(POINTS, "approval", 26)
    store_path, required_permission = "receipt__store", "view_receipts"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant", "first_by", "decided_by"})
    empty_hint = gettext_lazy("没有超过积分上限的小票。")
    paid = Money(gettext_lazy("实付"), "receipt__paid_fen")
    list_display = ["public_id", "state_label", "points", "above", "paid", "merchant", "at"]
    list_filter = ["state", ("merchant", ScopedFilter), ("at", DayRangeFilter)]
    list_select_related = ["merchant", "receipt"]
    exact_fields = ("public_id", "receipt__receipt_no")
    search_help_text = gettext_lazy("完整的复核编号或小票号")
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        "public_id",
        "state_label",
        "points",
        "above",
        "paid",
        "receipt",
        "merchant",
        "needs_two",
        "first_by",
        "first_at",
        "decided_by",
        "decided_at",
        "note",
        "returned_points",
        "at",
    ]
    row_actions = [ApproveEarning(), RefuseEarning()]

    @display(
        description=gettext_lazy("状态"),
        label={"待复核": "warning", "待二审": "warning", "已通过": "success", "已拒绝": "danger"},
    )
    def state_label(self, row: EarningReview) -> str:
        once = row.state == EarningReview.State.WAITING and row.first_at is not None
        return _("待二审") if once else row.get_state_display()

    @admin.display(description=gettext_lazy("超出的上限"))
    def above(self, row: EarningReview) -> str:
        pairs = zip(row.exceeds, row.ceilings_points, strict=True)
        return "、".join(
            _("%(ceiling)s %(points)s 积分")
            % {"ceiling": EarningReview.Ceiling(name).label, "points": f"{points:,}"}
            for name, points in pairs
        )

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.receipt_sections(request, row.receipt)


register_pending(
    Pending(
        EarningReview,
        gettext_lazy("待复核小票"),
        EarningReview.State.WAITING,
        is_allowed=lambda request: (
            viewer(request).operator and request.user.has_perm("loyalty.change_earningreview")
        ),
        # Who approved a large sum first leaves it to another.
        unless=lambda request: Q(first_by=viewer(request).user),
    ),
    order=20,
)
