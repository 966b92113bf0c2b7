"""The nightly look for broken promises: its runs, the last one on the dashboard, and one by hand."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    Menu,
    Panel,
    ReadOnlyAdmin,
    Section,
    Tile,
    Tiles,
    dashboard_panels,
    format_instant,
    visible_rows,
)
from district.kernel.backoffice.columns import Column
from district.kernel.backoffice.sections import url_of
from district.kernel.idempotency import Key
from district.merchants.scope import OperatorAction, viewer
from loyalty import services as loyalty
from loyalty.admin.common import POINTS
from loyalty.models import AuditRun


class RunAudit(OperatorAction):
    name, label, icon = "run", gettext_lazy("立即检查"), "fact_check"
    explanation = gettext_lazy("逐项检查整个账本，只读不改；数据多时需要一些时间。")
    success_message = gettext_lazy("检查完毕。")
    permission = "loyalty.add_auditrun"

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> AuditRun:
        return loyalty.run_audit()


@admin.register(AuditRun)
class AuditRunAdmin(ReadOnlyAdmin):
    menu = Menu(POINTS, "fact_check", 95)
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy("每晚自动检查一次，也可以立即检查。")
    verdict = Column(
        gettext_lazy("结果"),
        lambda row: _("异常") if row.offences else _("正常"),
        tones={"正常": "success", "异常": "danger"},
    )
    list_display = ["started_at", "verdict", "queries", "offences", "ended_at"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = ["started_at", "ended_at", "verdict", "queries", "offences"]
    list_actions = [RunAudit()]

    def name_of(self, row: AuditRun) -> str:
        return _("%(at)s 的检查") % {"at": format_instant(row.started_at)}

    def sections(self, request: HttpRequest, row: AuditRun) -> Iterable[Section]:
        yield Section(
            title=_("异常行"),
            headers=[_("检查项"), _("行数"), _("前几行")],
            rows=[
                [found["query"], f"{found['count']:,}", _facts(line)]
                for found in row.found
                for line in found["rows"]
            ],
            empty=_("没有异常：账本的每条承诺都成立。"),
        )


def _facts(line: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in line.items())


@dashboard_panels(order=90)
def last_audit(request: HttpRequest) -> Iterable[Panel]:
    """The newest run, for operators."""
    if not viewer(request).operator or not request.user.has_perm("loyalty.view_auditrun"):
        return
    run = visible_rows(request, AuditRun).order_by("-pk").first()
    if run is None:
        yield Tiles(_("账目检查"), [Tile(_("最近一次"), _("尚未检查"))])
        return
    yield Tiles(
        _("账目检查"),
        [
            Tile(
                _("最近一次"),
                _("异常 %(rows)s 行") % {"rows": run.offences} if run.offences else _("正常"),
                note=format_instant(run.started_at),
                url=url_of(AuditRun, run.pk),
                tone="bad" if run.offences else "good",
            )
        ],
    )
