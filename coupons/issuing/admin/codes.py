"""Third-party codes: the files that brought them, and which were used. None can be read any more."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.admin.common import COUPONS
from coupons.issuing import services
from coupons.issuing.admin.common import FileOfVersionForm
from coupons.issuing.models import CodeBatch, ImportedCode
from district.kernel.backoffice import (
    DayRangeFilter,
    Menu,
    ReadOnlyAdmin,
    Section,
    name_verbs,
)
from district.kernel.backoffice.search import ExactSearch
from district.kernel.idempotency import Key
from district.merchants.scope import OperatorAction, viewer

SHOWN = 50

name_verbs(import_codes=gettext_lazy("导入券码"))


class CodesForm(FileOfVersionForm):
    """A file of codes."""

    def prepare(self) -> None:
        super().prepare()
        self.field("file").help_text = _(
            "UTF-8 编码的 CSV，最多 20 万行，第一行是列名 code；券码为 6 至 64 位字母和数字。"
        )


class ImportCodes(OperatorAction):
    name, label, icon = "add", gettext_lazy("导入券码"), "upload_file"
    explanation = gettext_lazy(
        "第三方售出的券码，会员在手机上输入后得到一张券，一码一券。券码本身不保存，只保存摘要与末四位。"
    )
    success_message = gettext_lazy("券码已导入。")
    form_class = CodesForm

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> CodeBatch:
        return services.import_codes(
            version=cleaned_data["version"],
            content=cleaned_data["file"].read(),
            name=cleaned_data["name"],
            by=viewer(request).user,
            key=key,
        )


@admin.register(CodeBatch)
class CodeBatchAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(COUPONS, "upload_file", 52)
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy("第三方售出的券码从这里导入。")
    ordering = ["-pk"]
    sortable_by = ()
    list_display = ["public_id", "name", "version", "total", "imported", "made_at"]
    list_filter = [("made_at", DayRangeFilter)]
    list_select_related = ["version__template"]
    exact_fields = ("public_id",)
    search_help_text = gettext_lazy("完整的批次编号")
    fields = ["public_id", "name", "version", "total", "imported", "made_by", "made_at"]
    add_action = ImportCodes()

    def sections(self, request: HttpRequest, row: CodeBatch) -> Iterable[Section]:
        used = row.codes.exclude(coupon=None).count()
        yield Section(
            title=_("结果"),
            headers=[_("结果"), _("行数"), _("行号")],
            rows=[
                (_("已导入"), f"{row.imported:,}", ""),
                (_("其中已使用"), f"{used:,}", ""),
                (_("重复"), f"{len(row.repeated_lines):,}", _first_lines(row.repeated_lines)),
                (_("有误"), f"{len(row.refused_lines):,}", _first_lines(row.refused_lines)),
            ],
            empty="",
        )


@admin.register(ImportedCode)
class ImportedCodeAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(COUPONS, "password", 53)
    empty_hint = gettext_lazy("导入的券码会列在这里，只显示末四位。")
    ordering = ["-pk"]
    sortable_by = ()
    list_display = ["last4", "version", "batch", "coupon", "used_at"]
    list_filter = [("used_at", DayRangeFilter)]
    list_select_related = ["version__template", "batch", "coupon"]
    exact_fields = ("last4", "batch__public_id", "coupon__public_id")
    search_help_text = gettext_lazy("券码末四位、完整的批次编号或券号")
    fields = ["last4", "version", "batch", "coupon", "used_at"]


def _first_lines(lines: list[int]) -> str:
    more = "…" if len(lines) > SHOWN else ""
    return "、".join(str(line) for line in lines[:SHOWN]) + more
