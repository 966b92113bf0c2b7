"""The calendar of workdays: what the law says, and what people corrected."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter

from district.calendar import calendar_days, statutory, workdays
from district.calendar.models import LONGEST_NAME, CalendarDay
from district.kernel import clock
from district.kernel.admin.audit_and_events import PLATFORM
from district.kernel.backoffice import Action, ActionForm, Menu, ReadOnlyAdmin, name_verbs
from district.kernel.backoffice.columns import Choice, Column
from district.kernel.backoffice.registry import person
from district.kernel.backoffice.widgets import DayInput
from district.kernel.idempotency import Key

name_verbs(set_calendar_day=gettext_lazy("设置日历"), restore_calendar_day=gettext_lazy("恢复日历"))

WORK, REST = "work", "rest"


def _provisional_years() -> list[int]:
    """Of this year and the next those whose official calendar is not known."""
    year = clock.business_day(clock.now()).year
    return [
        candidate
        for candidate in (year, year + 1)
        if workdays.is_provisional(date(candidate, 1, 1), fresh=True)
    ]


class ChangeForm(ActionForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("这一天"),
        choices=[(WORK, gettext_lazy("上班")), (REST, gettext_lazy("放假"))],
    )
    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("例如：国庆节、调休上班。"),
    )


class SetForm(ChangeForm):
    day = forms.DateField(label=gettext_lazy("日期"), widget=DayInput)
    field_order = ["day", "kind", "name"]


class SetDay(Action):
    """What a day is, said by a person; a day that has no row yet gets one."""

    name, label, icon = "add", gettext_lazy("设置日期"), "edit_calendar"
    explanation = gettext_lazy("手工设置的日期不再随官方安排更新，直到恢复为官方安排。")
    success_message = gettext_lazy("日历已设置，各处最迟一分钟后生效。")
    form_class: type[ActionForm] = SetForm
    permission = "calendar.add_calendarday"

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Any:
        return calendar_days.set_day(
            day=row.day if row else cleaned_data["day"],
            is_workday=cleaned_data["kind"] == WORK,
            name=cleaned_data["name"],
            by=person(request),
        )


class ChangeDay(SetDay):
    name, label, icon = "set", gettext_lazy("修改"), "edit_calendar"
    is_edit = True
    form_class = ChangeForm
    permission = "calendar.change_calendarday"

    def initial(self, request: HttpRequest, row: CalendarDay) -> dict[str, Any]:
        return {"kind": WORK if row.is_workday else REST, "name": row.name}


class RestoreDay(Action):
    """Back to what the law says."""

    name, label, icon = "restore", gettext_lazy("恢复官方安排"), "settings_backup_restore"
    explanation = gettext_lazy("恢复为国务院的放假安排；没有安排的日期恢复为周一至周五上班。")
    success_message = gettext_lazy("已恢复，各处最迟一分钟后生效。")
    permission = "calendar.change_calendarday"

    def is_applicable(self, row: CalendarDay) -> bool:
        return row.source == CalendarDay.Source.HAND

    def run(
        self, request: HttpRequest, row: CalendarDay, cleaned_data: dict[str, Any], key: Key
    ) -> Any:
        return calendar_days.restore_day(day=row.day, by=person(request))


class YearFilter(DropdownFilter):
    title = gettext_lazy("年份")
    parameter_name = "year"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        provisional = _provisional_years()
        years = {day.year for day in CalendarDay.objects.dates("day", "year")} | set(provisional)
        return [
            (str(year), (_("%d 年（暂定）") if year in provisional else _("%d 年")) % year)
            for year in sorted(years, reverse=True)
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        offered = {value for value, _text in self.lookup_choices}
        year = self.value()
        return queryset.filter(day__year=int(year)) if year in offered else queryset


@admin.register(CalendarDay)
class CalendarDayAdmin(ReadOnlyAdmin):
    """Holidays and make-up workdays; every other day follows the week."""

    menu = Menu(PLATFORM, "calendar_month", 30)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("没有节假日和调休，每天按周一至周五上班推算。")
    written = Column(gettext_lazy("日期"), lambda row: date_format(row.day, "DATE_FORMAT"))
    weekday = Column(gettext_lazy("星期"), lambda row: date_format(row.day, "l"))
    kind = Column(
        gettext_lazy("这一天"),
        lambda row: _work_text(works=row.is_workday),
        tones={"上班": "info", "放假": "success"},
    )
    from_whom = Choice(
        gettext_lazy("来源"), "source", {"国务院安排": "info", "手工设置": "warning"}
    )
    list_display = ["written", "weekday", "kind", "name", "from_whom"]
    list_filter = [YearFilter]
    ordering = ["-day"]
    sortable_by = ()
    fields = ["written", "weekday", "kind", "name", "from_whom", "law"]
    row_actions = [ChangeDay(), RestoreDay()]
    add_action = SetDay()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.method == "GET" and (years := _provisional_years()):
            listed = "、".join(str(year) for year in years)
            messages.warning(
                request,
                _("%(years)s 年的官方放假安排尚未公布或尚未收录，暂按周一至周五上班推算。")
                % {"years": listed},
            )
        return super().changelist_view(request, extra_context)

    def name_of(self, row: CalendarDay) -> str:
        return f"{self.written(row)} {row.name}"

    @admin.display(description=gettext_lazy("官方安排"))
    def law(self, row: CalendarDay) -> str:
        named_day = statutory.named_days().get(row.day)
        if named_day is None:
            return _("无，按星期推算")
        return f"{_work_text(works=named_day.is_workday)} {named_day.name}"


def _work_text(*, works: bool) -> str:
    return _("上班") if works else _("放假")
