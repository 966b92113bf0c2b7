"""诚信等级: each day's score, how it is computed, and what it was made from."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.admin.common import CREDIT
from credit.models import CreditSnapshot
from credit.queries.explanations import explanation_of
from credit.queries.policies import policy_on
from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import Choice, Column
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter


@admin.register(CreditSnapshot)
class CreditSnapshotAdmin(MerchantScopedAdmin):
    menu = Menu(CREDIT, "grade", 10)
    required_permission = "view_store"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("每天夜里计算前一日的诚信等级，结果会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    grade_label = Column(
        gettext_lazy("等级"), lambda row: row.get_grade_display() if row.grade else None
    )
    confidence_label = Choice(gettext_lazy("证据"), "confidence")
    list_display = ["as_of", "merchant", "grade_label", "score", "confidence_label", "revision"]
    list_filter = [("merchant", ScopedFilter), "grade", ("as_of", DayRangeFilter)]
    list_select_related = ["merchant"]
    fields = [
        *("merchant", "as_of", "revision", "grade_label", "score", "rank_key"),
        *("confidence_label", "excluded_ratings", "policy_version", "inputs_digest", "taken_at"),
    ]

    def sections(self, request: HttpRequest, row: CreditSnapshot) -> Iterable[Section]:
        explanation = explanation_of(row, policy_on(row.as_of))
        yield Section(
            _("如何计算"),
            [_("项目"), _("分")],
            [[line.text, line.points] for line in explanation.contributions],
            empty="",
            note=_("各项相加即为原始分；任何人都可以用公开的规则重算。"),
        )
