"""Uploads with their progress and what came of their rows; a file may be brought here, too."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    Action,
    ActionForm,
    Cell,
    DayRangeFilter,
    Menu,
    Section,
    name_verbs,
    visible,
)
from district.kernel.backoffice.columns import Actor, Choice, Column, Number, table
from district.kernel.backoffice.search import ExactSearch
from district.kernel.backoffice.sections import url_of
from district.kernel.idempotency import Key
from district.kernel.jobs.admin import (
    DownloadResults,
    DownloadWorkbook,
    JobColumns,
    resume_action,
)
from district.merchants.models import Merchant
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer
from loyalty.admin.common import POINTS
from loyalty.models import ParkedRefund, Receipt, Refund
from loyalty.receipt_batches import queries, services, tasks
from loyalty.receipt_batches.admin.results import results_of
from loyalty.receipt_batches.batch_limits import PIECE
from loyalty.receipt_batches.models import Batch, RowResult
from loyalty.receipt_batches.texts import reason_in_words

FORMATS = {"csv": Batch.Format.CSV, "ndjson": Batch.Format.NDJSON, "jsonl": Batch.Format.NDJSON}
SHOWN = 50

name_verbs(upload_batch=gettext_lazy("批量上传"))


class UploadForm(ActionForm):
    """A file; of which merchant, only an operator can say."""

    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("商户"))
    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy(
            "UTF-8 编码的 CSV（第一行是列名 store、member、receipt_no、paid_fen、paid_at）"
            "或每行一个 JSON 对象的 .ndjson 文件，格式与收银接口相同。"
        ),
    )

    def prepare(self) -> None:
        if viewer(self.request).operator:
            own = Merchant.objects.filter(kind=Merchant.Kind.MERCHANT)
            self.field("merchant").queryset = own.order_by("name_key")
        else:
            del self.fields["merchant"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.BATCH_LIMIT:
            most = settings.BATCH_LIMIT // 2**20
            raise forms.ValidationError(_("文件最大 %(most)d MB，请分成几个。") % {"most": most})
        if self._suffix(file) not in FORMATS:
            raise forms.ValidationError(_("请选择 .csv 或 .ndjson 文件。"))
        return file

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or {}
        if file := cleaned_data.get("file"):
            cleaned_data["format"] = FORMATS[self._suffix(file)]
        return cleaned_data

    @staticmethod
    def _suffix(file: Any) -> str:
        return str(file.name).rpartition(".")[2].lower()


class Upload(Action):
    name, label, icon = "add", gettext_lazy("批量上传"), "upload_file"
    explanation = gettext_lazy(
        "逐行入账，规则与收银台相同；有误的行会被拒绝并说明原因，其余照常入账。"
        "同一文件再次上传不会重复入账。"
    )
    success_message = gettext_lazy("文件已收到，正在后台逐行处理。")
    form_class = UploadForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        if who.operator:
            return bool(request.user.has_perm("batches.add_batch"))
        return who.can("upload_batches")

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Batch:
        who = viewer(request)
        merchant = cleaned_data["merchant"] if who.operator else who.post.merchant  # type: ignore[union-attr]  # is_allowed()
        stores = who.stores().filter(merchant=merchant).values_list("pk", flat=True)
        batch = services.upload_batch(
            merchant=merchant,
            stores=list(stores),
            format=cleaned_data["format"],
            name=cleaned_data["file"].name[:100],
            pieces=cleaned_data["file"].chunks(PIECE),
            by=who.user,
            key=key,
        )
        tasks.WORKER.wake()
        return batch


def _may_read(request: HttpRequest) -> bool:
    return viewer(request).can("view_receipts")


@admin.register(Batch)
class BatchAdmin(JobColumns, ExactSearch, MerchantScopedAdmin):
    menu = Menu(POINTS, "upload_file", 26)
    required_permission = "view_receipts"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("ERP 或收银系统批量上传之后，会出现在这里；也可以在此上传文件。")
    ordering = ["-pk"]
    sortable_by = ()
    actor_name = Actor(gettext_lazy("操作者"), "actor")
    list_display = [
        "number",
        "name",
        "merchant",
        "state_label",
        "progress",
        "posted",
        "repeated",
        "parked",
        "refused",
        "points",
        "created_at",
    ]
    list_filter = ["state", ("merchant", ScopedFilter), ("created_at", DayRangeFilter)]
    list_select_related = ["merchant"]
    exact_fields = ("public_id",)
    search_help_text = gettext_lazy("完整的批次编号")
    fields = [
        "number",
        "name",
        "merchant",
        "format",
        "state_label",
        "progress",
        "received_bytes",
        "points",
        "actor_name",
        "created_at",
        "submitted_at",
        "ended_at",
    ]
    add_action = Upload()
    row_actions = (
        DownloadResults(results_of, _may_read),
        DownloadWorkbook(results_of, _may_read),
        resume_action(Batch, tasks.WORKER),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        rows: QuerySet[Batch] = super().get_queryset(request)
        who = viewer(request)
        if not who.is_store_limited:
            return rows
        # A batch has rows of all its stores.
        return rows.filter(stores__contained_by=list(who.stores().values_list("pk", flat=True)))

    def sections(self, request: HttpRequest, row: Batch) -> Iterable[Section]:
        yield _counts(row)
        yield _rows(request, row, RowResult.State.REFUSED, _("被拒绝的行"))
        yield _rows(request, row, RowResult.State.POSTED, _("已入账的行"))
        yield _rows(request, row, RowResult.State.PARKED, _("等待原小票的退货"))


def _counts(batch: Batch) -> Section:
    """What was refused, by reason: one cause often spoils a whole file."""
    found = RowResult.objects.filter(batch=batch, state=RowResult.State.REFUSED)
    by_title = found.values_list("problem__title").annotate(rows=Count("line")).order_by("-rows")
    return Section(
        title=_("结果"),
        headers=[_("结果"), _("行数")],
        rows=[
            (_("入账"), f"{batch.posted:,}"),
            (_("重复（以前已入账）"), f"{batch.repeated:,}"),
            (_("待匹配"), f"{batch.parked:,}"),
            *(
                (Cell(_("拒绝：%(reason)s") % {"reason": title}, tone="bad"), f"{rows:,}")
                for title, rows in by_title
            ),
        ],
        empty="",
    )


def _rows(request: HttpRequest, batch: Batch, state: str, title: str) -> Section:
    results = list(queries.results_of(batch).filter(state=state)[: SHOWN + 1])
    more = len(results) > SHOWN
    links = _ResultLinks(request, results[:SHOWN])
    columns = [
        Column(_("行号"), "line"),
        Choice(_("类型"), "kind"),
        Column(_("单号"), links.cell_of),
        Number(_("积分"), "points"),
        Column(_("说明"), lambda result: reason_in_words(result.problem or {})),
    ]
    note = _("只列出前 %(shown)d 行，全部结果请下载。") % {"shown": SHOWN} if more else ""
    return table(title, columns, results[:SHOWN], empty=_("没有。"), note=note)


class _ResultLinks:
    """The rows that answers name, linked where the person may open them: a query for each kind."""

    def __init__(self, request: HttpRequest, results: list[RowResult]) -> None:
        self._open = {
            Receipt: visible(request, Receipt, [result.receipt_id for result in results]),
            Refund: visible(request, Refund, [result.refund_id for result in results]),
            ParkedRefund: visible(request, ParkedRefund, [result.parked_id for result in results]),
        }

    def cell_of(self, result: RowResult) -> Cell:
        named = {
            Receipt: result.receipt_id,
            Refund: result.refund_id,
            ParkedRefund: result.parked_id,
        }
        for model, pk in named.items():
            if pk in self._open[model]:
                return Cell(result.number, url_of(model, pk))
        return Cell(result.number or "—")
