"""The kernel's screens: the journal of all acts, and the events on their way."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Min, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from district.kernel import clock
from district.kernel.backoffice import (
    Cell,
    DayRangeFilter,
    Menu,
    MenuGroup,
    Panel,
    ReadOnlyAdmin,
    Section,
    Tile,
    Tiles,
    dashboard_panels,
)
from district.kernel.backoffice.audit_labels import VERBS, actor_texts, event_text, line_text
from district.kernel.backoffice.audit_subjects import subject_cells, subject_text
from district.kernel.backoffice.columns import Column, Link, Moment, table
from district.kernel.backoffice.replays import replay_pair
from district.kernel.backoffice.search import ExactSearch
from district.kernel.models import AuditLine, OutboxRow
from district.kernel.outbox import wakeup

PLATFORM = MenuGroup(gettext_lazy("平台"), order=90)
LATE = timedelta(minutes=5)
LATEST = 6


class VerbFilter(DropdownFilter):
    title = gettext_lazy("操作")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((verb, str(text)) for verb, text in VERBS.items()), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(AuditLine)
class AuditLineAdmin(ExactSearch, ReadOnlyAdmin):
    """Who did what: written by the verbs, read by operators."""

    menu = Menu(PLATFORM, "history", 10)
    empty_hint = gettext_lazy("后台与收银接口的每次操作都会记在这里。")
    what = Column(gettext_lazy("操作"), line_text)
    about = Column(gettext_lazy("对象"), lambda row: subject_text(row.subject))
    list_display = ["at", "who", "what", "about"]
    list_filter = [VerbFilter, ("at", DayRangeFilter)]
    exact_fields = ("subject", "actor", "request_id")
    search_help_text = gettext_lazy("对象、操作者或请求编号，须完整")
    ordering = ["-pk"]
    sortable_by = ()
    fields = ["at", "who", "what", "about", "facts", "request_id"]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        page = super().get_changelist_instance(request)
        names = actor_texts(line.actor for line in page.result_list)
        for line in page.result_list:
            line.actor_name = names[line.actor]
        return page

    @admin.display(description=gettext_lazy("操作者"))
    def who(self, line: AuditLine) -> str:
        name: str | None = getattr(line, "actor_name", None)
        return name or actor_texts([line.actor])[line.actor]

    def name_of(self, row: AuditLine) -> str:
        return f"{self.who(row)} {self.what(row)}"

    def sections(self, request: HttpRequest, row: AuditLine) -> Iterable[Section]:
        subject = subject_cells(request, [row.subject])[row.subject]
        yield Section(_("对象"), [_("对象"), _("标识")], [[subject, row.subject]], "")


class StateFilter(DropdownFilter):
    title = gettext_lazy("状态")
    parameter_name = "state"
    _STATES: dict[str, dict[str, Any]] = {
        "waiting": {"delivered_at": None, "set_aside_at": None},
        "set_aside": {"set_aside_at__isnull": False},
        "delivered": {"delivered_at__isnull": False},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", _("待投递")), ("set_aside", _("已搁置")), ("delivered", _("已送达"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**self._STATES.get(self.value(), {}))


_REPLAY, _REPLAY_ALL = replay_pair(
    OutboxRow,
    wakeup.wake_worker,
    labels=(gettext_lazy("重新投递"), gettext_lazy("重新投递全部搁置事件")),
    explanation=gettext_lazy("事件会回到队列，由后台任务再次投递；已经送达的接收方不会再收到。"),
)


@admin.register(OutboxRow)
class OutboxRowAdmin(ReadOnlyAdmin):
    """Facts on their way upward; what could not be delivered is set aside here."""

    menu = Menu(PLATFORM, "outbox", 20)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("积分变动等事实会先记在这里，再由后台任务投递。")
    event = Column(gettext_lazy("事件"), lambda row: event_text(row.name))
    number = Column(gettext_lazy("编号"), "pk")
    list_display = ["number", "event", "state", "created_at", "attempts", "last_error"]
    list_filter = [StateFilter]
    ordering = ["-pk"]
    sortable_by = ()
    row_actions = [_REPLAY]
    list_actions = [_REPLAY_ALL]
    fields = [
        "event",
        "state",
        "payload",
        "created_at",
        "attempts",
        "next_attempt_at",
        "last_error",
        "delivered_at",
        "set_aside_at",
        "completed_handlers",
    ]

    def name_of(self, row: OutboxRow) -> str:
        return f"{event_text(row.name)} {row.pk}"

    @display(
        description=gettext_lazy("状态"),
        label={"待投递": "info", "已搁置": "danger", "已送达": "success"},
    )
    def state(self, row: OutboxRow) -> str:
        if row.set_aside_at:
            return _("已搁置")
        return _("已送达") if row.delivered_at else _("待投递")


@dashboard_panels(order=90)
def platform(request: HttpRequest) -> Iterable[Panel]:
    """Whether events flow, and what was done last."""
    if request.user.has_perm("kernel.view_outboxrow"):
        waiting = OutboxRow.objects.filter(delivered_at=None, set_aside_at=None)
        oldest = waiting.aggregate(at=Min("created_at"))["at"]
        late = oldest is not None and oldest < clock.real_now() - LATE
        aside = OutboxRow.objects.exclude(set_aside_at=None).count()
        events_url = reverse("admin:kernel_outboxrow_changelist")
        yield Tiles(
            _("事件投递"),
            [
                Tile(
                    _("待投递"),
                    f"{waiting.count():,}",
                    note=_("最早的已等待超过五分钟，请检查后台任务") if late else _("投递正常"),
                    url=f"{events_url}?state=waiting",
                    tone="warn" if late else "",
                ),
                Tile(
                    _("已搁置"),
                    f"{aside:,}",
                    note=_("多次失败，请查看原因后重新投递") if aside else _("没有失败的事件"),
                    url=f"{events_url}?state=set_aside",
                    tone="bad" if aside else "",
                ),
            ],
        )
    if request.user.has_perm("kernel.view_auditline"):
        yield _latest_acts(request)


def _latest_acts(request: HttpRequest) -> Section:
    lines = list(AuditLine.objects.order_by("-pk")[:LATEST])
    names = actor_texts(line.actor for line in lines)
    subjects = subject_cells(request, [line.subject for line in lines])
    return table(
        _("最近操作"),
        [
            Moment(_("时间"), "at"),
            Column(_("操作者"), lambda line: names[line.actor]),
            Link(_("操作"), line_text),
            Column(_("对象"), lambda line: subjects[line.subject]),
        ],
        lines,
        empty=_("还没有操作记录。"),
        more=Cell(_("全部操作日志"), reverse("admin:kernel_auditline_changelist")),
    )
