"""The calendar's screen: what the law says, corrected by acts, with a line for each."""

from datetime import date

import pytest

from district.calendar import statutory, workdays
from district.calendar.models import CalendarDay
from district.kernel.models import AuditLine
from tests.admin.action_forms import act, text_of

LIST = "/admin/calendar/calendarday/"
NATIONAL_DAY = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def calendar_unread():
    workdays.forget()
    yield
    workdays.forget()


def day_facts(day):
    row = CalendarDay.objects.filter(pk=day).first()
    return row and (row.is_workday, row.name, row.source)


def test_the_list_shows_a_year_and_warns_of_one_nobody_announced(operator, time_machine):
    last = max(statutory.named_days()).year
    time_machine.move_to(f"{last}-11-20T08:00:00+08:00")

    page = text_of(operator.get(LIST))
    one_year = text_of(operator.get(f"{LIST}?year=2025"))

    assert f"{last + 1} 年的官方放假安排尚未公布" in page
    assert f"{last + 1} 年（暂定）" in page
    assert "2025年10月1日" in one_year
    assert "2026年10月1日" not in one_year
    for word in ("国庆节", "调休上班", "星期三", "放假", "国务院安排"):
        assert word in one_year, word
    assert operator.get(f"{LIST}?year=0").status_code == 200


def test_no_warning_while_both_years_are_known(operator, time_machine):
    time_machine.move_to(f"{max(statutory.named_days()).year - 1}-11-20T08:00:00+08:00")

    assert "尚未公布" not in text_of(operator.get(LIST))


def test_an_operator_changes_a_day_and_brings_it_back(operator, two_merchants):
    page = f"{LIST}{NATIONAL_DAY}/"
    assert "恢复官方安排" not in text_of(operator.get(f"{page}change/"))

    answer = act(operator, f"{page}set/", kind="work", name="照常营业")

    assert (answer.status_code, answer["Location"]) == (302, f"{page}change/")
    assert day_facts(NATIONAL_DAY) == (True, "照常营业", "hand")
    line = AuditLine.objects.latest("pk")
    assert (line.verb, line.actor, line.subject) == (
        "set_calendar_day",
        f"user:{two_merchants.operator.pk}",
        "calendar.calendarday:2026-10-01",
    )
    page_text = text_of(operator.get(f"{page}change/"))
    assert "手工设置" in page_text
    assert "放假 国庆节" in page_text
    journal = operator.get(f"/admin/kernel/auditline/{line.pk}/change/").content.decode()
    assert f'href="{page}change/"' in journal

    act(operator, f"{page}restore/")

    assert day_facts(NATIONAL_DAY) == (False, "国庆节", "law")
    assert "恢复日历" in text_of(operator.get(f"{page}history/"))


def test_a_plain_day_gets_a_row_and_loses_it_again(operator):
    act(operator, f"{LIST}add/", day="2026-11-27", kind="rest", name="店庆")
    assert day_facts(date(2026, 11, 27)) == (False, "店庆", "hand")

    answer = act(operator, f"{LIST}2026-11-27/restore/")

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert day_facts(date(2026, 11, 27)) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"day": "", "kind": "rest", "name": "店庆"},
        {"day": "2026-02-30", "kind": "rest", "name": "店庆"},
        {"day": "1999-12-31", "kind": "rest", "name": "店庆"},
        {"day": "2026-11-27", "kind": "maybe", "name": "店庆"},
        {"day": "2026-11-27", "kind": "rest", "name": " "},
        {"day": "2026-11-27", "kind": "rest", "name": "节" * 41},
        {"day": "2026-11-27", "kind": "rest", "name": "店\x00庆"},
        {"day": "2026-11-27", "kind": "rest", "name": "店\u2028庆"},
    ],
)
def test_what_cannot_be_is_a_message_on_the_form(operator, fields):
    held = CalendarDay.objects.count()

    answer = act(operator, f"{LIST}add/", **fields)

    assert answer.status_code in {400, 422}
    assert CalendarDay.objects.count() == held


@pytest.mark.parametrize("path", ["", "add/", "2026-10-01/change/", "2026-10-01/set/"])
def test_merchants_people_neither_see_nor_change_it(owner, path):
    assert owner.get(f"{LIST}{path}").status_code == 403


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "1", "2026-11-27"])
def test_a_day_without_a_row_is_not_found(operator, day):
    assert operator.get(f"{LIST}{day}/set/").status_code == 404
