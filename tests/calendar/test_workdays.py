"""The calendar of workdays: filled from the law, corrected by hand, asked from memory."""

from datetime import date, datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from district.calendar import calendar_days, statutory, tasks, workdays
from district.calendar.day_class import DayClass
from district.calendar.models import CalendarDay
from district.calendar.statutory import NamedDay
from district.kernel.clock import SHANGHAI
from district.kernel.database import process_cache
from district.kernel.errors import InvalidRequest
from district.kernel.models import AuditLine
from tests.factories.members import make_operator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar_unread")]

NATIONAL_DAY = date(2026, 10, 1)
MAKE_UP_SATURDAY = date(2026, 10, 10)
PLAIN_FRIDAY, PLAIN_SATURDAY = date(2026, 11, 27), date(2026, 11, 28)


@pytest.fixture
def operator():
    return make_operator()


@pytest.mark.parametrize(
    ("day", "works", "name"),
    [
        (NATIONAL_DAY, False, "国庆节"),
        (MAKE_UP_SATURDAY, True, "调休上班"),
        # A holiday on a weekend has a row for its name alone.
        (date(2026, 10, 3), False, "国庆节"),
        (date(2026, 6, 19), False, "端午节"),
        (date(2026, 2, 16), False, "春节"),
        (PLAIN_FRIDAY, True, ""),
        (PLAIN_SATURDAY, False, ""),
    ],
)
def test_a_new_database_knows_holidays_and_make_up_workdays(day, works, name):
    assert (workdays.is_workday(day), workdays.day_name(day)) == (works, name)
    assert not workdays.is_provisional(day)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (PLAIN_FRIDAY, DayClass.WORKDAY),
        (PLAIN_SATURDAY, DayClass.WEEKEND),
        (MAKE_UP_SATURDAY, DayClass.MAKEUP_WORKDAY),
        (NATIONAL_DAY, DayClass.HOLIDAY_MAJOR),
        # On a weekend, and the last day of the row.
        (date(2026, 10, 3), DayClass.HOLIDAY_MAJOR),
        (date(2026, 10, 7), DayClass.HOLIDAY_MAJOR),
        (date(2026, 10, 8), DayClass.WORKDAY),
        (date(2026, 2, 16), DayClass.HOLIDAY_MAJOR),
        (date(2026, 6, 19), DayClass.HOLIDAY_MINOR),
        # The Mid-Autumn Festival in the row of National Day, and at the beginning of one.
        (date(2025, 10, 6), DayClass.HOLIDAY_MAJOR),
        (date(2023, 9, 29), DayClass.HOLIDAY_MAJOR),
    ],
)
def test_a_day_is_of_one_class(day, expected):
    assert workdays.day_class(day) is expected


def test_a_day_set_by_hand_has_the_class_people_gave_it(operator):
    calendar_days.set_day(day=PLAIN_FRIDAY, is_workday=False, name="店庆", by=operator)
    calendar_days.set_day(day=NATIONAL_DAY, is_workday=True, name="照常营业", by=operator)

    assert workdays.day_class(PLAIN_FRIDAY, fresh=True) is DayClass.HOLIDAY_MINOR
    assert workdays.day_class(NATIONAL_DAY, fresh=True) is DayClass.WORKDAY
    with pytest.raises(TypeError, match="business_day"):
        workdays.day_class(datetime(2026, 10, 1, 12, tzinfo=SHANGHAI))


def test_a_year_nobody_announced_follows_the_week_and_says_so():
    far = statutory.named_days()
    national_day = date(max(far).year + 1, 10, 1)

    assert workdays.is_provisional(national_day)
    assert workdays.is_workday(national_day) == (national_day.isoweekday() <= 5)
    assert workdays.day_name(national_day) == ""
    assert workdays.is_provisional(date(2003, 10, 1))


def test_filling_again_changes_nothing():
    held = list(CalendarDay.objects.order_by("pk").values_list())

    assert calendar_days.fill_calendar() == 0
    assert tasks.fill_calendar() == 0
    assert list(CalendarDay.objects.order_by("pk").values_list()) == held


def test_filling_mends_what_is_missing_wrong_or_no_longer_named():
    CalendarDay.objects.filter(pk=NATIONAL_DAY).delete()
    CalendarDay.objects.filter(pk=MAKE_UP_SATURDAY).update(is_workday=False, name="国庆节")
    CalendarDay.objects.create(day=PLAIN_FRIDAY, is_workday=False, name="旧安排", source="law")

    assert calendar_days.fill_calendar() == 3

    assert not workdays.is_workday(NATIONAL_DAY)
    assert workdays.day_name(MAKE_UP_SATURDAY) == "调休上班"
    assert workdays.is_workday(PLAIN_FRIDAY)


def test_setting_up_fills_the_calendar():
    CalendarDay.objects.all().delete()

    call_command("migrate", verbosity=0)

    assert CalendarDay.objects.count() == len(statutory.named_days())


def test_a_day_set_by_hand_survives_every_filling(operator):
    calendar_days.set_day(day=NATIONAL_DAY, is_workday=True, name="照常营业", by=operator)
    calendar_days.set_day(day=PLAIN_FRIDAY, is_workday=False, name="店庆", by=operator)

    assert calendar_days.fill_calendar() == 0

    assert workdays.is_workday(NATIONAL_DAY)
    assert (workdays.is_workday(PLAIN_FRIDAY), workdays.day_name(PLAIN_FRIDAY)) == (False, "店庆")


def test_a_new_announcement_ends_the_provisional_year_and_leaves_hands_alone(monkeypatch, operator):
    year = max(statutory.named_days()).year + 1
    new_year, eve = date(year, 1, 1), date(year, 1, 2)
    calendar_days.set_day(day=eve, is_workday=False, name="元旦", by=operator)
    assert workdays.is_provisional(new_year)
    law = statutory.named_days() | {
        new_year: NamedDay(is_workday=False, name="元旦"),
        eve: NamedDay(is_workday=True, name=statutory.MAKE_UP),
    }
    monkeypatch.setattr(statutory, "named_days", lambda: law)

    assert calendar_days.fill_calendar() == 1

    assert not workdays.is_provisional(new_year, fresh=True)
    assert workdays.day_name(eve) == "元旦"


def test_setting_a_day_leaves_one_line_however_often_it_is_said(operator):
    for _ in range(2):
        calendar_days.set_day(day=NATIONAL_DAY, is_workday=True, name=" 照常营业 ", by=operator)

    line = AuditLine.objects.get(verb="set_calendar_day")
    assert (line.actor, line.subject) == (
        f"user:{operator.pk}",
        "calendar.calendarday:2026-10-01",
    )
    assert line.facts == {
        "is_workday": True,
        "name": "照常营业",
        "before": [False, "国庆节", "law"],
    }


def test_restoring_brings_back_the_law_or_the_plain_week(operator):
    calendar_days.set_day(day=NATIONAL_DAY, is_workday=True, name="照常营业", by=operator)
    calendar_days.set_day(day=PLAIN_FRIDAY, is_workday=False, name="店庆", by=operator)

    for _ in range(2):
        calendar_days.restore_day(day=NATIONAL_DAY, by=operator)
        assert calendar_days.restore_day(day=PLAIN_FRIDAY, by=operator) is None

    row = CalendarDay.objects.get(pk=NATIONAL_DAY)
    assert (row.is_workday, row.name, row.source) == (False, "国庆节", "law")
    assert workdays.is_workday(PLAIN_FRIDAY)
    assert AuditLine.objects.filter(verb="restore_calendar_day").count() == 2


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (NATIONAL_DAY, "  "),
        (NATIONAL_DAY, "节" * 41),
        (NATIONAL_DAY, "国\x00庆"),
        (date(1999, 12, 31), "旧"),
        (date(2200, 1, 1), "远"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(operator, day, name):
    held = list(CalendarDay.objects.order_by("pk").values_list())

    with pytest.raises(InvalidRequest):
        calendar_days.set_day(day=day, is_workday=True, name=name, by=operator)

    assert list(CalendarDay.objects.order_by("pk").values_list()) == held
    assert not AuditLine.objects.filter(verb="set_calendar_day").exists()


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ({"source": "rumour"}, "calendarday_source_known"),
        ({"name": ""}, "calendarday_name_short"),
        ({"name": " 店庆"}, "calendarday_name_short"),
        ({"name": "节" * 41}, "calendarday_name_short"),
        ({"day": date(1999, 12, 31)}, "calendarday_in_our_centuries"),
    ],
)
def test_the_table_itself_holds_nothing_else(row, constraint):
    good = {"day": PLAIN_FRIDAY, "is_workday": False, "name": "店庆", "source": "hand"}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CalendarDay.objects.create(**good | row)
    CalendarDay.objects.create(**good | {"name": "节" * 40})


def test_a_question_asks_the_table_once_for_all_days(django_assert_num_queries):
    with django_assert_num_queries(1):
        for day in (NATIONAL_DAY, MAKE_UP_SATURDAY, PLAIN_FRIDAY):
            workdays.is_workday(day)
            workdays.day_name(day)
            workdays.is_provisional(day)


def test_an_edit_is_known_here_as_soon_as_it_is_committed(
    operator, django_capture_on_commit_callbacks
):
    assert not workdays.is_workday(NATIONAL_DAY)

    with django_capture_on_commit_callbacks(execute=True):
        calendar_days.set_day(day=NATIONAL_DAY, is_workday=True, name="照常营业", by=operator)
        assert not workdays.is_workday(NATIONAL_DAY)
    assert workdays.is_workday(NATIONAL_DAY)

    with django_capture_on_commit_callbacks(execute=True):
        calendar_days.restore_day(day=NATIONAL_DAY, by=operator)
    assert not workdays.is_workday(NATIONAL_DAY)


def test_an_edit_of_another_process_is_known_when_the_memory_is_old(monkeypatch):
    assert not workdays.is_workday(NATIONAL_DAY)
    with connection.cursor() as cursor:
        cursor.execute(
            "update calendar_calendarday set is_workday = true, source = 'hand' where day = %s",
            [NATIONAL_DAY],
        )

    assert not workdays.is_workday(NATIONAL_DAY)
    assert workdays.is_workday(NATIONAL_DAY, fresh=True)
    workdays.forget()
    monkeypatch.setattr(process_cache, "monotonic", lambda: 1_000.0)
    assert workdays.is_workday(NATIONAL_DAY)
    with connection.cursor() as cursor:
        cursor.execute("delete from calendar_calendarday where day = %s", [MAKE_UP_SATURDAY])
    monkeypatch.setattr(process_cache, "monotonic", lambda: 999.0 + workdays.MAX_AGE_SECONDS)
    assert workdays.is_workday(MAKE_UP_SATURDAY)
    monkeypatch.setattr(process_cache, "monotonic", lambda: 1_000.0 + workdays.MAX_AGE_SECONDS)
    assert not workdays.is_workday(MAKE_UP_SATURDAY)


def test_an_instant_is_no_day():
    with pytest.raises(TypeError, match="not an instant"):
        workdays.is_workday(datetime(2026, 10, 1, 12, tzinfo=SHANGHAI))
