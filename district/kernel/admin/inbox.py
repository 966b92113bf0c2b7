"""Notices from outside: what came, whether it was handled, and putting back what was set aside."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter

from district.kernel.admin.audit_and_events import PLATFORM
from district.kernel.backoffice import DayRangeFilter, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Column, Digest
from district.kernel.backoffice.replays import replay_pair
from district.kernel.backoffice.search import ExactSearch
from district.kernel.inbox.sources import source_text
from district.kernel.models import InboxRow
from district.kernel.outbox import wakeup


class NoticeStateFilter(DropdownFilter):
    title = gettext_lazy("状态")
    parameter_name = "state"
    _STATES: dict[str, dict[str, Any]] = {
        "waiting": {"handled_at": None, "set_aside_at": None},
        "set_aside": {"set_aside_at__isnull": False},
        "handled": {"handled_at__isnull": False},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", _("待处理")), ("set_aside", _("已搁置")), ("handled", _("已处理"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**self._STATES.get(self.value(), {}))


_REPLAY, _REPLAY_ALL = replay_pair(
    InboxRow,
    wakeup.wake_worker,
    labels=(gettext_lazy("重新处理"), gettext_lazy("重新处理全部搁置通知")),
    explanation=gettext_lazy("通知会回到队列，由后台任务再次处理；已经处理的不会重复。"),
)


def _state(row: InboxRow) -> str:
    if row.set_aside_at:
        return _("已搁置")
    return _("已处理") if row.handled_at else _("待处理")


@admin.register(InboxRow)
class InboxRowAdmin(ExactSearch, ReadOnlyAdmin):
    """The body is not shown: it may say who paid what."""

    menu = Menu(PLATFORM, "inbox", 21)
    operator_permissions = ("view", "change")
    sender = Column(gettext_lazy("来源"), lambda row: source_text(row.source))
    digest = Digest(gettext_lazy("原文摘要"), "body_digest")
    state = Column(
        gettext_lazy("状态"),
        _state,
        tones={"待处理": "info", "已搁置": "danger", "已处理": "success"},
    )
    empty_hint = gettext_lazy("支付、车场等外部系统的通知验签后会记在这里，再由后台任务处理。")
    list_display = ["notice_id", "sender", "state", "received_at", "attempts", "last_error"]
    list_filter = [NoticeStateFilter, ("received_at", DayRangeFilter)]
    exact_fields = ("notice_id",)
    search_help_text = gettext_lazy("完整的通知编号")
    ordering = ["-pk"]
    sortable_by = ()
    row_actions = [_REPLAY]
    list_actions = [_REPLAY_ALL]
    fields = [
        *("notice_id", "sender", "state", "received_at", "verified_with", "digest"),
        *("attempts", "next_attempt_at", "last_error", "handled_at", "set_aside_at"),
    ]
