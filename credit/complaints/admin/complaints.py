"""投诉 and 复核: the queue by nearest deadline, a case on one screen, and what each part may do to it.

Officers see all complaints, a merchant's people the accepted ones of their own stores, with the shopper as far as allowed.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.complaints.admin.acts import OFFICE, CaseAct, acts_of
from credit.complaints.admin.case_panels import case_panels
from credit.complaints.admin.common import COMPLAINTS, HANDLE, due_text
from credit.complaints.admin.filters import ClockFilter, DueFilter
from credit.complaints.admin.walk_in_forms import EnterWalkIn, WriteForWalkIn
from credit.complaints.machine.words import SIDES, CaseActor, CaseState
from credit.complaints.models import CaseEventRow, CaseFile, CaseReview, Complaint
from credit.complaints.queries.case_queue import BY_DEADLINE
from district.kernel.backoffice import (
    Action,
    DayRangeFilter,
    Menu,
    Pending,
    Section,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Money
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer

STATE_TONES = {
    "待受理": "warning",
    "待商户答复": "warning",
    "调解中": "info",
    "复核中": "info",
    "协商中": "info",
    "已解决": "success",
    "未达成一致": "danger",
}
_DECISIVE = ("refuse", "decide", "mark_abusive", "change")


class CaseScreen(ExactSearch, MerchantScopedAdmin):
    """What the screens of cases share."""

    operator_permissions: ClassVar[tuple[str, ...]] = ("view", "change")
    store_path, required_permission = "store", HANDLE
    operator_only = frozenset({"merchant", "entered_by", "shopper_kind"})
    ordering = BY_DEADLINE
    sortable_by = ()
    number = Column(gettext_lazy("案件"), "number")
    store_name = Column(gettext_lazy("门店"), "store__name")
    state_label = Choice(gettext_lazy("状态"), "state", STATE_TONES)
    category_label = Choice(gettext_lazy("类别"), "category")
    due = Column(gettext_lazy("最近期限"), lambda row: due_text(row.next_due_at))
    amount = Money(gettext_lazy("涉及金额"), "amount_fen")
    shopper_kind = Column(
        gettext_lazy("投诉人"), lambda row: _("非会员") if row.walk_in_id else _("会员")
    )
    list_display = [
        *("number", "state_label", "due", "store_name", "category_label", "shopper_kind"),
        "filed_at",
    ]
    list_select_related = ["store", "merchant", "member", "walk_in"]
    exact_fields = ("public_id", "receipt_no")
    search_help_text = gettext_lazy("完整的案件编号或小票号")
    fields = ["number", "state_label", "due", "filed_at", "accepted_at", "closed_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if viewer(request).operator else rows.exclude(accepted_at=None)

    def sections(self, request: HttpRequest, row: CaseFile) -> Iterable[Section]:
        return case_panels(request, row)

    def _action_page(
        self, request: HttpRequest, object_id: str | None, action: Action
    ) -> HttpResponseBase:
        """What was typed stays on the form also where the case has gone on meanwhile."""
        if request.method == "POST" and isinstance(action, CaseAct):
            action = _Sent(action)
        return super()._action_page(request, object_id, action)


class _Sent(CaseAct):
    """An act whose form was sent: its verb says whether it still applies, and the form stays as it was typed."""

    def __init__(self, act: CaseAct) -> None:
        super().__init__(act.part, act.action)

    def is_applicable(self, row: CaseFile) -> bool:
        return True


@admin.register(Complaint)
class ComplaintAdmin(CaseScreen):
    menu = Menu(COMPLAINTS, "support_agent", 10)
    empty_hint = gettext_lazy("消费者提交的投诉会列在这里，最近到期的排在最前。")
    list_filter = [
        *("state", ClockFilter, DueFilter, "category", ("merchant", ScopedFilter)),
        *(("store", ScopedFilter), ("filed_at", DayRangeFilter)),
    ]
    operator_permissions = ("view", "add", "change")
    add_action = EnterWalkIn()
    row_actions = (*acts_of(*OFFICE, *SIDES), WriteForWalkIn())


@admin.register(CaseReview)
class CaseReviewAdmin(CaseScreen):
    menu = Menu(COMPLAINTS, "balance", 12)
    empty_hint = gettext_lazy("当事人申请复核后，案件在这里等待未参与裁定的人办理。")
    list_filter = [("merchant", ScopedFilter)]
    row_actions = acts_of(CaseActor.REVIEWER)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return viewer(request).operator and super().has_view_permission(request, obj)


def _decided_by_me(request: HttpRequest) -> Q:
    mine = CaseEventRow.objects.filter(by=viewer(request).user, action__in=_DECISIVE)
    return Q(pk__in=mine.values("case"))


def _is_office(request: HttpRequest) -> bool:
    return viewer(request).operator


def _is_at_merchant(request: HttpRequest) -> bool:
    who = viewer(request)
    return who.post is not None and who.can(HANDLE)


for _place, (_state, _label, _who) in enumerate(
    (
        (CaseState.SUBMITTED, gettext_lazy("待受理投诉"), _is_office),
        (CaseState.MEDIATION, gettext_lazy("调解中的投诉"), _is_office),
        (CaseState.AWAITING_MERCHANT, gettext_lazy("待答复投诉"), _is_at_merchant),
        (CaseState.REMEDY_DUE, gettext_lazy("待履行投诉"), _is_at_merchant),
    )
):
    register_pending(Pending(Complaint, _label, str(_state), is_allowed=_who), order=60 + _place)
register_pending(
    Pending(
        CaseReview,
        gettext_lazy("待复核投诉"),
        str(CaseState.UNDER_REVIEW),
        is_allowed=_is_office,
        unless=_decided_by_me,
    ),
    order=65,
)
