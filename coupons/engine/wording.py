"""Why not, in plain Chinese: a sentence for the shopper, and one for the clerk who has to explain it.

Pure functions of a reason and of now. Instants are said as people say them in Shanghai: 14:00 today,
明天 14:00, 周五 18:00 within this week, and else 12月3日 with the hour unless it is midnight.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from coupons.engine.reasons import Reason
from coupons.engine.schedule import SHANGHAI
from coupons.engine.text import gettext as _
from coupons.engine.text import yuan

MOST_PLACES = 3

Say = Callable[[dict[str, Any], datetime], str]


class Sentences(NamedTuple):
    """How one code is worded, for either reader."""

    shopper: Say
    clerk: Say


def for_shopper(reason: Reason, now: datetime) -> str:
    """What the shopper reads, such as 还差 ¥3.20.

    `not_at_this_store` may carry the fact `where`: where else the coupon is good, as descriptions of
    places of which three are named.
    """
    return SENTENCES[reason.code].shopper(reason.facts, now)


def for_clerk(reason: Reason, now: datetime) -> str:
    """What the clerk reads, with what stands behind it."""
    return SENTENCES[reason.code].clerk(reason.facts, now)


def instant(at: datetime, now: datetime) -> str:
    """An instant to come, as it is said now."""
    at, now = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    day, today, clock = at.date(), now.date(), f"{at:%H:%M}"
    if day == today:
        return clock
    if day == today + timedelta(days=1):
        return _("明天 %(clock)s") % {"clock": clock}
    if day > today and day.isocalendar()[:2] == today.isocalendar()[:2]:
        return f"{_weekdays()[day.weekday()]} {clock}"
    return _date(at, now) if clock == "00:00" else f"{_date(at, now)} {clock}"


def last_day(until: datetime, now: datetime) -> str:
    """The last day of something whose end is exclusive: 12月3日 for what ends as 4 December begins."""
    return _date((until - timedelta(microseconds=1)).astimezone(SHANGHAI), now)


def _date(at: datetime, now: datetime) -> str:
    date_parts = {"year": at.year, "month": at.month, "day": at.day}
    if at.year == now.astimezone(SHANGHAI).year:
        return _("%(month)d月%(day)d日") % date_parts
    return _("%(year)d年%(month)d月%(day)d日") % date_parts


def _weekdays() -> Sequence[str]:
    return (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))


def _places(facts: dict[str, Any]) -> str:
    return "、".join(facts.get("where", ())[:MOST_PLACES])


def _elsewhere(facts: dict[str, Any], now: datetime) -> str:
    if places := _places(facts):
        return _("在 %(places)s 可用") % {"places": places}
    return _("不在适用门店范围内，可在适用门店使用")


def _elsewhere_for_clerk(facts: dict[str, Any], now: datetime) -> str:
    if places := _places(facts):
        return _("本店不适用，在 %(places)s 可用") % {"places": places}
    return _elsewhere(facts, now)


SENTENCES: dict[str, Sentences] = {
    "below_threshold": Sentences(
        lambda facts, now: _("还差 %(yuan)s") % {"yuan": yuan(facts["short_fen"])},
        lambda facts, now: (
            _("适用金额还差 %(yuan)s，未达到使用门槛") % {"yuan": yuan(facts["short_fen"])}
        ),
    ),
    "no_eligible_items": Sentences(
        lambda facts, now: _("本单没有可用此券的商品"),
        lambda facts, now: _("账单中没有适用的商品，或收银台没有上传商品明细"),
    ),
    "not_beside_another": Sentences(
        lambda facts, now: _("不能与已选的券同时使用"),
        lambda facts, now: _("不能与已选的券叠加，请只保留其中一张"),
    ),
    "not_at_this_hour": Sentences(
        lambda facts, now: _("%(when)s 起可用") % {"when": instant(facts["from"], now)},
        lambda facts, now: (
            _("现在不在可用时段，%(when)s 起可用") % {"when": instant(facts["from"], now)}
        ),
    ),
    "not_on_this_day": Sentences(
        lambda facts, now: _("%(when)s 起可用") % {"when": instant(facts["from"], now)},
        lambda facts, now: (
            _("今天已没有可用时段，%(when)s 起可用") % {"when": instant(facts["from"], now)}
        ),
    ),
    "not_yet_valid": Sentences(
        lambda facts, now: _("%(when)s 起可用") % {"when": instant(facts["from"], now)},
        lambda facts, now: _("尚未生效，%(when)s 起可用") % {"when": instant(facts["from"], now)},
    ),
    "not_at_this_store": Sentences(_elsewhere, _elsewhere_for_clerk),
    "leased_to_another_store": Sentences(
        lambda facts, now: (
            _("已锁定在另一门店使用，%(when)s 起可在本店使用")
            % {"when": instant(facts["until"], now)}
        ),
        lambda facts, now: (
            _("已由另一门店锁定，%(when)s 起解除，届时可在本店核销")
            % {"when": instant(facts["until"], now)}
        ),
    ),
    "only_for_parking": Sentences(
        lambda facts, now: _("停车缴费时可用"),
        lambda facts, now: _("停车券，请会员在停车缴费时使用"),
    ),
    "never_again": Sentences(
        lambda facts, now: (
            _("有效期至 %(day)s，期内已没有可用时段") % {"day": last_day(facts["until"], now)}
        ),
        lambda facts, now: (
            _("有效期至 %(day)s，期内已没有可用时段，不能再核销")
            % {"day": last_day(facts["until"], now)}
        ),
    ),
    "expired": Sentences(
        lambda facts, now: _("已过期，有效期至 %(day)s") % {"day": last_day(facts["until"], now)},
        lambda facts, now: (
            _("已过期（有效期至 %(day)s），不能核销") % {"day": last_day(facts["until"], now)}
        ),
    ),
    "used": Sentences(
        lambda facts, now: _("已使用"),
        lambda facts, now: _("已使用完，不能再次核销"),
    ),
    "void": Sentences(
        lambda facts, now: _("已作废"),
        lambda facts, now: _("已作废，不能核销"),
    ),
}
