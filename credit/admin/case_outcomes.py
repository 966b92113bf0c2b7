"""投诉结果: what complaints came to, version by version, as the score counts them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from credit.admin.common import CREDIT
from credit.admin.objections import case_actions
from credit.models import CaseOutcomeVersion
from credit.texts import CASE_CATEGORIES, UNCOUNTED_REASONS
from district.kernel.backoffice import DayRangeFilter, Menu
from district.kernel.backoffice.columns import Choice, Column
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter


@admin.register(CaseOutcomeVersion)
class CaseOutcomeVersionAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(CREDIT, "gavel", 40)
    required_permission = "view_store"
    store_path = "store"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("投诉有了最终结果后，这里列出它如何计入诚信等级。")
    ordering = ["-pk"]
    sortable_by = ()
    store_name = Column(gettext_lazy("门店"), "store__name")
    severity_label = Choice(gettext_lazy("严重程度"), "severity")
    outcome_label = Choice(
        gettext_lazy("结果"), "outcome", {"支持": "danger", "部分支持": "warning"}
    )
    category_text = Column(
        gettext_lazy("类别"), lambda row: dict(CASE_CATEGORIES).get(row.category, row.category)
    )
    reason_text = Column(
        gettext_lazy("不计入的原因"),
        lambda row: UNCOUNTED_REASONS.get(row.uncounted_reason, row.uncounted_reason),
    )
    list_display = ["case", "version", "store_name", "outcome_label", "final_on", "recorded_at"]
    list_filter = [("merchant", ScopedFilter), "outcome", ("recorded_at", DayRangeFilter)]
    list_select_related = ["merchant", "store"]
    exact_fields = ("case",)
    search_help_text = gettext_lazy("完整的投诉编号")
    fields = [
        *("case", "version", "merchant", "store_name", "outcome_label", "severity_label"),
        *("category_text", "final_on", "is_on_time", "stars", "is_deemed", "first_answer_minutes"),
        *("remedy_missed", "reason_text", "recorded_at"),
    ]
    row_actions = case_actions()
