"""证据查看记录: who was given which file, and when."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from credit.admin.common import CREDIT
from credit.evidence.models import EvidenceAccess
from district.kernel.backoffice import DayRangeFilter, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Choice, Column
from district.kernel.backoffice.search import ExactSearch


@admin.register(EvidenceAccess)
class EvidenceAccessAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(CREDIT, "policy", 51)
    empty_hint = gettext_lazy("每次打开证据文件都会在这里留下一条记录。")
    ordering = ["-pk"]
    sortable_by = ()
    number = Column(gettext_lazy("证据文件"), "file__public_id")
    case_number = Column(gettext_lazy("案件编号"), lambda row: row.file.subject or "—")
    person = Column(gettext_lazy("查看人"), lambda row: str(row.by or "—"))
    purpose_label = Choice(gettext_lazy("用途"), "purpose")
    list_display = ["at", "number", "case_number", "person", "purpose_label"]
    list_filter = ["purpose", ("at", DayRangeFilter)]
    list_select_related = ["file", "by"]
    exact_fields = ("file__public_id", "file__subject")
    search_help_text = gettext_lazy("完整的文件编号或案件编号")
    fields = ["at", "number", "case_number", "person", "purpose_label"]
