"""When and where a coupon can be used, in the words a shopper reads. What it is its benefit says."""

import re
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from coupons.engine.schedule import DAY_MINUTES, SHANGHAI, DayKind, Schedule, TimeWindow
from coupons.engine.validity import Fixed, Validity
from coupons.queries.places import NearbyStore

_FLOOR = re.compile(r"L?([0-9]{1,3})F?")


def place_in_words(place: NearbyStore) -> str:
    """2 楼同品牌店 under the same roof, 西城天地 2 楼星河书店 elsewhere."""
    if place.same_brand and place.same_venue and not place.floor:
        return place.name
    name = _("同品牌店") if place.same_brand else place.name
    found = _FLOOR.fullmatch(place.floor)
    floor = _("{floor} 楼").format(floor=found[1]) if found else f"{place.floor} ".lstrip()
    venue = "" if place.same_venue else f"{place.venue} "
    return f"{venue}{floor}{name}"


def validity_in_words(validity: Validity) -> str:
    """2026年12月1日至2026年12月31日, or 领取后立即生效，7 天内有效（含领取当天）."""
    if isinstance(validity, Fixed):
        return stretch_in_words(validity.start, validity.end)
    values = {"first": validity.first, "days": validity.days}
    if validity.first == 0:
        return _("领取后立即生效，{days} 天内有效（含领取当天）").format(**values)
    if validity.first == 1:
        return _("领取次日起 {days} 天内有效").format(**values)
    return _("领取后第 {first} 天起 {days} 天内有效").format(**values)


def stretch_in_words(start: datetime, end: datetime) -> str:
    """From an instant to another that no longer belongs to it; whole days without their hours."""
    start, end = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    begins = day_in_words(start) + ("" if _is_midnight(start) else f" {start:%H:%M}")
    if _is_midnight(end):
        ends = day_in_words(end - timedelta(days=1))
    else:
        ends = f"{day_in_words(end)} {end:%H:%M}"
    return begins if begins == ends else _("{begins}至{ends}").format(begins=begins, ends=ends)


def moment_in_words(at: datetime) -> str:
    """2026年12月1日 10:00, the same whenever it is read."""
    at = at.astimezone(SHANGHAI)
    return f"{day_in_words(at)} {at:%H:%M}"


def day_in_words(day: date) -> str:
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


def windows_in_words(schedule: Schedule) -> str:
    """周一至周五 11:00–14:00；周六、周日 全天, or nothing where a coupon is good at any time."""
    return "；".join(_window(window) for window in schedule.windows)


def never_in_words(schedule: Schedule) -> str:
    """The days on which a coupon is not good, such as 2027年2月5日至2027年2月11日."""
    return "、".join(
        day_in_words(first)
        if first == last
        else _("{begins}至{ends}").format(begins=day_in_words(first), ends=day_in_words(last))
        for first, last in schedule.never
    )


def _window(window: TimeWindow) -> str:
    kinds = {DayKind.WORKDAY: _("工作日"), DayKind.HOLIDAY: _("节假日和周末")}
    days = _weekdays(window.weekdays)
    kind = kinds.get(window.kind, "")
    if kind:
        days = _("{days}（限{kind}）").format(days=days, kind=kind) if days else kind
    return f"{days or _('每天')} {_hours(window)}"


def _weekdays(chosen: frozenset[int]) -> str:
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    days = sorted(chosen)
    if len(days) == len(names):
        return ""
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:  # noqa: PLR2004
        return _("{first}至{last}").format(first=names[days[0] - 1], last=names[days[-1] - 1])
    return "、".join(names[day - 1] for day in days)


def _hours(window: TimeWindow) -> str:
    if (window.start, window.end) == (0, DAY_MINUTES):
        return _("全天")
    ends = _clock(window.end)
    if window.end <= window.start:
        ends = _("次日 {clock}").format(clock=ends)
    return f"{_clock(window.start)}–{ends}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _is_midnight(at: datetime) -> bool:
    return (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
