"""What the screens of all jobs have: how far one is, its results as a file, and going on after a failure."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Action
from district.kernel.backoffice.columns import Column, Progress
from district.kernel.backoffice.replays import Replay
from district.kernel.idempotency import Key
from district.kernel.jobs.model import Job
from district.kernel.jobs.worker import JobWorker
from district.kernel.text.sheets import Table, csv_answer, xlsx_answer

TONES = {
    "接收中": "",
    "待处理": "warning",
    "处理中": "info",
    "发放中": "info",
    "已完成": "success",
    "已放弃": "danger",
    "已停止": "danger",
    "已搁置": "danger",
}


class JobColumns:
    """Columns of a job's screen; a mixin, because each app scopes its rows itself."""

    number = Column(gettext_lazy("编号"), "public_id")
    state_label = Column(
        gettext_lazy("状态"),
        lambda row: _("已搁置") if row.set_aside_at else row.get_state_display(),
        tones=TONES,
    )
    progress = Progress(gettext_lazy("进度"), "answered", "row_count")

    def is_at_work(self, row: Any) -> bool:
        return bool(row.is_at_work)

    def name_of(self, row: Any) -> str:
        return str(row.public_id)


class DownloadResults(Action):
    """What came of each row, as a CSV."""

    name, label, icon = "answers", gettext_lazy("下载逐行结果"), "download"
    explanation = gettext_lazy("每行一个结果的 CSV 文件，可用表格软件打开。")

    def __init__(
        self, table: Callable[[Any], Table], may_read: Callable[[HttpRequest], bool]
    ) -> None:
        self.table, self.may_read = table, may_read

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return self.may_read(request)

    def is_applicable(self, row: Any) -> bool:
        return bool(row.has_results)

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponseBase:
        return csv_answer(row.public_id, [self.table(row)], titled=False)


class DownloadWorkbook(DownloadResults):
    """The same as a workbook."""

    name, label, icon = "workbook", gettext_lazy("下载逐行结果（Excel）"), "table_view"
    explanation = gettext_lazy("每行一个结果的 Excel 工作簿；长编号等按原样保存为文本。")

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponseBase:
        return xlsx_answer(row.public_id, [self.table(row)])


def resume_action(model: type[Job], worker: JobWorker) -> Replay:
    """Go on with a job that was set aside after it had failed again and again."""
    return Replay(
        model,
        worker.wake,
        label=gettext_lazy("继续处理"),
        explanation=gettext_lazy(
            "多次失败后任务已搁置。原因排除后从中断处继续，已处理的行不会重复。"
        ),
    )
