"""举报: what shoppers report of stores; merchants never see it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from credit.complaints.admin.acts import acts_of
from credit.complaints.admin.common import COMPLAINTS
from credit.complaints.admin.complaints import CaseScreen
from credit.complaints.machine.words import CaseActor, CaseState
from credit.complaints.models import TipOff
from district.kernel.backoffice import DayRangeFilter, Menu, Pending, register_pending
from district.merchants.scope import ScopedFilter, viewer


@admin.register(TipOff)
class TipOffAdmin(CaseScreen):
    menu = Menu(COMPLAINTS, "campaign", 14)
    empty_hint = gettext_lazy("消费者提交的举报会列在这里；商户看不到举报。")
    list_filter = ["state", "category", ("merchant", ScopedFilter), ("filed_at", DayRangeFilter)]
    list_display = ["number", "state_label", "due", "store_name", "category_label", "filed_at"]
    fields = ["number", "state_label", "due", "filed_at"]
    row_actions = acts_of(CaseActor.OFFICER, tip_offs=True)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return viewer(request).operator and super().has_view_permission(request, obj)


register_pending(
    Pending(
        TipOff,
        gettext_lazy("待核查举报"),
        str(CaseState.RECEIVED),
        is_allowed=lambda request: viewer(request).operator,
    ),
    order=66,
)
