"""Filters of the queue: which clock runs, and how soon something is due."""

from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.complaints.queries.case_queue import with_running_clock
from credit.complaints.texts import CASE_CLOCKS
from district.kernel import clock


class ClockFilter(SimpleListFilter):
    title = gettext_lazy("期限")
    parameter_name = "clock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(CASE_CLOCKS)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset if value is None else with_running_clock(queryset, value)


class DueFilter(SimpleListFilter):
    title = gettext_lazy("到期")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("over", _("已超时")), ("day", _("24 小时内")), ("week", _("7 天内"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        spans = {"over": timedelta(), "day": timedelta(days=1), "week": timedelta(days=7)}
        span = spans.get(self.value() or "")
        return queryset if span is None else queryset.filter(next_due_at__lte=clock.now() + span)
