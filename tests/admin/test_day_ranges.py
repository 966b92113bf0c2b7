"""Lists narrowed to a range of days: the district's days, both ends included, whatever else is asked."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import DateTimeField
from django.utils import timezone

from district.kernel import clock
from district.kernel.backoffice import DayRangeFilter
from district.kernel.models import AuditLine
from tests.admin.action_forms import text_of
from tests.admin.two_merchants import label, registered_admins

LIST = "/admin/kernel/auditline/"
_CONTROL = re.compile(r"<(input|select)\b([^>]*)>(?:(.*?)</select>)?", re.DOTALL)
_FORM = re.compile(r'<form[^>]*id="filter-form".*?</form>', re.DOTALL)


def ranges():
    """Each range filter of the back office: the model and the column's path."""
    return [
        (model, item[0])
        for model, screen in registered_admins()
        for item in screen.list_filter
        if isinstance(item, tuple) and issubclass(item[1], DayRangeFilter)
    ]


def names_of(model, path):
    instant = isinstance(get_fields_from_path(model, path)[-1], DateTimeField)
    return (f"{path}_from_0", f"{path}_to_0") if instant else (f"{path}_from", f"{path}_to")


def day_of(value):
    return clock.business_day(value) if isinstance(value, datetime) else value


def listed_ids(answer):
    return set(answer.context_data["cl"].queryset.values_list("pk", flat=True))


def test_every_date_column_to_filter_by_has_the_districts_own_filter():
    """The theme's refused what its own form sent, and counted a date without a time as none."""
    theme = [
        (model, item)
        for model, screen in registered_admins()
        for item in screen.list_filter
        if isinstance(item, tuple) and item[1].__module__.endswith("datetime_filters")
    ]

    assert theme == []
    assert len(ranges()) >= 21


@pytest.mark.parametrize("who", ["operator", "owner"])
def test_every_list_shows_the_rows_of_one_day(who, request):
    client = request.getfixturevalue(who)
    narrowed = 0

    for model, path in ranges():
        address = f"/admin/{label(model)}/"
        everything = client.get(address)
        if everything.status_code == 403:
            continue
        column = path.replace("__", ".")
        days = {
            pk: day_of(value)
            for pk, value in everything.context_data["cl"].queryset.values_list("pk", path)
            if value is not None
        }
        day = max(days.values(), default=clock.business_day(clock.now()))
        parameters = dict.fromkeys(names_of(model, path), day.isoformat())

        answer = client.get(address, parameters)

        assert answer.status_code == 200, (address, column)
        assert listed_ids(answer) == {pk for pk, at in days.items() if at == day}, address
        narrowed += len(days) > len(listed_ids(answer)) > 0
    assert narrowed >= 3


def filled(page):
    """What a browser sends of a list's filters as they stand there, nothing chosen."""
    form = _FORM.search(page.content.decode())[0]
    sent = {}
    for kind, attributes, _options in _CONTROL.findall(form):
        name = re.search(r'name="([^"]+)"', attributes)
        value = re.search(r'value="([^"]*)"', attributes)
        if name is None or ('type="radio"' in attributes and "checked" not in attributes):
            continue
        sent[name[1]] = unescape(value[1]) if value and kind == "input" else ""
    return sent


def test_every_lists_filters_can_be_sent_as_they_stand(operator):
    for model, path in ranges():
        address = f"/admin/{label(model)}/"
        everything = operator.get(address)
        sent = filled(everything)
        assert set(names_of(model, path)) <= set(sent)

        answer = operator.get(address, sent)

        assert answer.status_code == 200, (address, sent)
        assert listed_ids(answer) == listed_ids(everything)


@pytest.fixture
def lines(two_merchants):
    """Lines of the journal at the very ends of two days, by their instants in Shanghai."""
    day = datetime(2025, 3, 9, tzinfo=clock.SHANGHAI)
    last = day + timedelta(days=1, microseconds=-1)
    instants = {
        "the day before": day - timedelta(microseconds=1),
        "first instant": day,
        "half past six": day.replace(hour=18, minute=30, second=59),
        "last instant": last,
        "the day after": last + timedelta(microseconds=1),
    }
    made = {}
    for name, at in instants.items():
        line = AuditLine.objects.create(
            verb="register_merchant", subject="merchants.merchant:1", actor="system", at=at
        )
        made[line.pk] = name
    return made


@pytest.mark.parametrize(
    ("range_values", "expected"),
    [
        (("2025-03-09", "", "2025-03-09", ""), {"first instant", "half past six", "last instant"}),
        (("2025-03-09", "00:00", "2025-03-09", "18:30"), {"first instant", "half past six"}),
        (
            ("2025-03-09", "18:30", "2025-03-10", ""),
            {"half past six", "last instant", "the day after"},
        ),
        (("2025/3/8", "", "2025/03/09", "00:00"), {"the day before", "first instant"}),
        (("", "", "2025-03-08", ""), {"the day before"}),
        (("2025-03-09", "18:31", "2025-03-09", "23:59:59"), {"last instant"}),
        (("2025-03-10", "", "2025-03-09", ""), set()),
    ],
)
def test_days_are_those_of_shanghai_with_both_ends(operator, lines, range_values, expected):
    names = ("at_from_0", "at_from_1", "at_to_0", "at_to_1")

    answer = operator.get(LIST, dict(zip(names, range_values, strict=True)))

    assert {lines[pk] for pk in listed_ids(answer) if pk in lines} == expected
    assert len(listed_ids(answer)) == len(expected)


@pytest.mark.parametrize(
    ("range_values", "message"),
    [
        ({"at_from_0": "yesterday"}, "时间：日期“yesterday”无法识别"),
        ({"at_to_0": "2025-02-30"}, "日期“2025-02-30”无法识别"),
        ({"at_to_0": "9999-12-31"}, "日期“9999-12-31”无法识别"),
        ({"at_from_0": "0001-01-01"}, "日期“0001-01-01”无法识别"),
        ({"at_from_1": "18:30"}, "只填了时间，没有日期"),
        ({"at_from_0": "2025-03-09", "at_from_1": "25:00"}, "时间“25:00”无法识别"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_other_filters_still_count(
    operator, lines, range_values, message
):
    answer = operator.get(LIST, {**range_values, "q": "merchants.merchant:1", "p": "0"})

    assert answer.status_code == 200
    assert message in text_of(answer)
    assert "未按它筛选" in text_of(answer)
    assert {lines[pk] for pk in listed_ids(answer) if pk in lines} == set(lines.values())
    assert listed_ids(answer) == set(
        AuditLine.objects.filter(subject="merchants.merchant:1").values_list("pk", flat=True)
    )


def test_a_range_that_ends_before_it_begins_is_empty_and_says_so(operator, lines):
    answer = operator.get(LIST, {"at_from_0": "2025-03-10", "at_to_0": "2025-03-09"})

    assert listed_ids(answer) == set()
    assert "时间：开始晚于结束" in text_of(answer)


def test_another_filter_of_the_same_form_narrows_further(operator):
    today = clock.business_day(timezone.now()).isoformat()
    day = {"created_at_from_0": today, "created_at_to_0": today}

    whole = operator.get("/admin/batches/batch/", day)
    narrowed = operator.get("/admin/batches/batch/", day | {"state__exact": "done"})

    assert whole.status_code == narrowed.status_code == 200
    assert listed_ids(narrowed) <= listed_ids(whole)
    assert all(row.state == "done" for row in narrowed.context_data["cl"].queryset)


def test_a_name_that_is_no_filters_is_still_refused(operator):
    assert operator.get(LIST, {"actor_from_0": "2025-03-09"}).status_code == 400
    assert operator.get(LIST, {"at_from_2": "x"}).status_code == 400
