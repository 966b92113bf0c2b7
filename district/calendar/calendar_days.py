"""The calendar's verbs: filled from the law, corrected by hand, back to the law."""

from datetime import date
from functools import partial
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connections, transaction
from django.utils.translation import gettext as _

from district.calendar import statutory, workdays
from district.calendar.models import FIRST_DAY, LAST_DAY, LONGEST_NAME, CalendarDay
from district.kernel import audit
from district.kernel.database.sqlfiles import everything_applied
from district.kernel.errors import InvalidRequest


def fill_calendar(using: str = "default") -> int:
    """Enter what the law says of every year it is known for; how many days changed.

    A day set by hand stays as it is. A day the law no longer names goes, within those years.
    """
    law = statutory.named_days()
    days = list(law)
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            _UPSERT_SQL,
            [days, [day.is_workday for day in law.values()], [day.name for day in law.values()]],
        )
        changed: int = cursor.rowcount
        cursor.execute(_DELETE_SQL, [date(days[0].year, 1, 1), date(days[-1].year, 12, 31), days])
        changed += cursor.rowcount
        if changed:
            transaction.on_commit(partial(workdays.forget, using), using=using)
    return changed


def fill_after_migrate(using: str, **_: Any) -> None:
    """Runs after a `migrate` that leaves nothing to apply: before that the table may be another one."""
    if everything_applied(using):
        fill_calendar(using)


@transaction.atomic
def set_day(*, day: date, is_workday: bool, name: str, by: AbstractBaseUser) -> CalendarDay:
    """A person says what a day is; no filling changes it from now on, until `restore_day`.

    Saying the same again changes nothing and leaves no second line in the journal.
    Raises InvalidRequest for a name that is empty or longer than 40 characters, and for a day
    outside 2000 to 2199.
    """
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidRequest(reason=_("名称须为 1 至 %(most)d 个字。") % {"most": LONGEST_NAME})
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidRequest(reason=_("日期须在 2000 年至 2199 年之间。"))
    stored = CalendarDay.objects.select_for_update().filter(pk=day).first()
    row = CalendarDay(
        day=day, is_workday=is_workday, name=name, source=CalendarDay.Source.HAND.value
    )
    if stored is not None and _day_facts(stored) == _day_facts(row):
        return stored
    row.save(force_insert=stored is None)
    audit.record(
        by=by,
        verb="set_calendar_day",
        subject=_subject(day),
        is_workday=is_workday,
        name=name,
        before=None if stored is None else _day_facts(stored),
    )
    transaction.on_commit(workdays.forget)
    return row


@transaction.atomic
def restore_day(*, day: date, by: AbstractBaseUser) -> CalendarDay | None:
    """Back to what the law says of the day; None when it says nothing and the day follows the week.

    A day that nobody set by hand stays as it is.
    """
    stored = CalendarDay.objects.select_for_update().filter(pk=day).first()
    if stored is None or stored.source != CalendarDay.Source.HAND:
        return stored
    before, law = _day_facts(stored), statutory.named_days().get(day)
    if law is None:
        CalendarDay.objects.filter(pk=day).delete()
    else:
        stored.is_workday, stored.name, stored.source = *law, CalendarDay.Source.LAW.value
        stored.save()
    audit.record(by=by, verb="restore_calendar_day", subject=_subject(day), before=before)
    transaction.on_commit(workdays.forget)
    return stored if law else None


def _subject(day: date) -> str:
    return f"{CalendarDay._meta.label_lower}:{day.isoformat()}"


def _day_facts(row: CalendarDay) -> list[Any]:
    return [row.is_workday, row.name, row.source]


# In the order of days: two that fill at once wait for each other and never cross.
_UPSERT_SQL = """
    insert into calendar_calendarday as held (day, is_workday, name, source)
    select day, is_workday, name, 'law'
    from unnest(%s::date[], %s::boolean[], %s::text[]) law (day, is_workday, name) order by day
    on conflict (day) do update set is_workday = excluded.is_workday, name = excluded.name
    where held.source = 'law'
        and (held.is_workday, held.name) is distinct from (excluded.is_workday, excluded.name)
"""
_DELETE_SQL = """
    delete from calendar_calendarday
    where source = 'law' and day between %s and %s and day <> all(%s::date[])
"""
