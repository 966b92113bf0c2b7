"""Files of car parks read into the register, and what became of their records."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import Column
from district.kernel.idempotency import Key
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer
from parking import services as parking
from parking.admin.common import PARKING, OperatorOfForm, RegisterAction
from parking.models import CarParkImport
from parking.register.site_records import FORMATS, MOST_BYTES

_FORMAT_LABELS = {
    "parkapi": gettext_lazy("ParkAPI（ParkingSite）"),
    "karlsruhe": gettext_lazy("卡尔斯鲁厄开放数据"),
    "freiburg": gettext_lazy("弗赖堡开放数据"),
}
# As many problems as a page shows; the command prints all.
_MOST_PROBLEMS = 200


class ImportForm(OperatorOfForm):
    source = forms.RegexField(
        regex=r"^[a-z][a-z0-9_-]{0,39}\Z",
        label=gettext_lazy("来源"),
        help_text=gettext_lazy("小写字母与数字；同一来源的同一编号是同一个停车场。"),
    )
    format_name = forms.ChoiceField(label=gettext_lazy("格式"), choices=())
    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy("UTF-8 编码的 GeoJSON（FeatureCollection）。"),
    )

    def prepare(self) -> None:
        super().prepare()
        self.field("format_name").choices = [(name, _FORMAT_LABELS[name]) for name in FORMATS]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("文件最大 %(most)d MB。") % {"most": MOST_BYTES // 2**20})
        return file


class ImportCarParks(RegisterAction):
    name, label, icon = "import", gettext_lazy("导入停车场"), "upload_file"
    explanation = gettext_lazy(
        "有误的记录会被跳过并说明原因，其余照常导入；同一文件再次导入不会改变任何数据。"
    )
    success_message = gettext_lazy("导入完成。")
    form_class = ImportForm

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> CarParkImport:
        return parking.import_car_parks(
            merchant=cleaned_data["merchant"],
            source=cleaned_data["source"],
            format_name=cleaned_data["format_name"],
            content=cleaned_data["file"].read(),
            by=viewer(request).user,
        )


class AddImport(ImportCarParks):
    name = "add"


@admin.register(CarParkImport)
class CarParkImportAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "upload_file", 30)
    required_permission = "view_store"
    operator_permissions = ("view",)
    operator_only = frozenset({"merchant", "importer"})
    empty_hint = gettext_lazy("导入停车场文件后，结果会出现在这里。")
    importer = Column(gettext_lazy("导入人"), "imported_by")
    list_display = [
        "public_id",
        "merchant",
        "source",
        "imported_at",
        "created",
        "updated",
        "unchanged",
        "refused",
    ]
    list_filter = [("merchant", ScopedFilter), ("imported_at", DayRangeFilter)]
    list_select_related = ["merchant"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        "public_id",
        "merchant",
        "source",
        "imported_at",
        "importer",
        "created",
        "updated",
        "unchanged",
        "refused",
    ]
    add_action = AddImport()

    def sections(self, request: HttpRequest, row: CarParkImport) -> Iterable[Section]:
        yield Section(
            title=_("未导入的记录"),
            headers=[_("位置"), _("来源编号"), _("字段"), _("问题")],
            rows=[
                [problem["place"], problem["uid"] or "—", problem["field"], problem["problem"]]
                for problem in row.problems[:_MOST_PROBLEMS]
            ],
            empty=_("所有记录都已导入。"),
        )
