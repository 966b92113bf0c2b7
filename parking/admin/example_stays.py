"""A table of stays and what they cost under some rules: what somebody who writes a tariff wants to see."""

from datetime import date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.calendar.day_class import DayClass
from district.calendar.workdays import day_class
from district.kernel import clock
from district.kernel.backoffice import Section
from district.kernel.text.money import format_yuan
from parking.tariff.pricing import price
from parking.tariff.rules import TariffRules
from parking.tariff.values import FeeQuote, LineKind, StayContext, VehicleClass

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
# Hour of the entry and minutes, by the class of the day on which the car comes.
STAYS: Final = (
    (DayClass.WORKDAY, 10, 15),
    (DayClass.WORKDAY, 10, 16),
    (DayClass.WORKDAY, 10, _HOUR),
    (DayClass.WORKDAY, 10, _HOUR + 1),
    (DayClass.WORKDAY, 10, 2 * _HOUR + 10),
    (DayClass.WORKDAY, 20, 2 * _HOUR),
    (DayClass.WORKDAY, 21, 10 * _HOUR),
    (DayClass.WORKDAY, 9, _DAY),
    (DayClass.WORKDAY, 9, 3 * _DAY),
    (DayClass.WEEKEND, 10, 3 * _HOUR),
    (DayClass.HOLIDAY_MINOR, 10, 3 * _HOUR),
    (DayClass.HOLIDAY_MAJOR, 10, 3 * _HOUR),
)
CLASS_NAMES: Final = {
    DayClass.WORKDAY: gettext_lazy("工作日"),
    DayClass.WEEKEND: gettext_lazy("周末"),
    DayClass.HOLIDAY_MINOR: gettext_lazy("小长假"),
    DayClass.HOLIDAY_MAJOR: gettext_lazy("国庆春节"),
}
_LOOK_DAYS: Final = 366


def example_stays(rules: TariffRules) -> Section:
    """What stays on the next day of each class cost."""
    days = _next_days()
    rows = []
    for kind, hour, minutes in STAYS:
        if (day := days.get(kind)) is None:
            continue
        entry = datetime(day.year, day.month, day.day, hour, tzinfo=rules.timezone)
        leave = entry + timedelta(minutes=minutes)
        small = _quote(rules, VehicleClass.SMALL, entry, leave)
        rows.append(
            [
                f"{CLASS_NAMES[kind]} {entry:%m-%d %H:%M} → {leave:%m-%d %H:%M}",
                format_yuan(small.gross_fen),
                format_yuan(_quote(rules, VehicleClass.LARGE, entry, leave).gross_fen),
                format_yuan(
                    _quote(rules, VehicleClass.SMALL, entry, leave, is_electric=True).gross_fen
                ),
                _explained(small),
            ]
        )
    headers = [_("停车"), _("小型车"), _("大型车"), _("新能源小型车"), _("小型车明细")]
    return Section(_("试算示例"), headers, rows, empty=_("没有可试算的日期。"))


def _quote(
    rules: TariffRules,
    vehicle: VehicleClass,
    entry: datetime,
    leave: datetime,
    *,
    is_electric: bool = False,
) -> FeeQuote:
    return price(rules, day_class, vehicle, entry, leave, StayContext(is_electric=is_electric))


def _explained(quote: FeeQuote) -> str:
    """The lines as a person checks them: 2 × ¥3.00, 封顶 -¥34.00."""
    parts = []
    for line in quote.lines:
        if line.kind == LineKind.CHARGE:
            parts.append(f"{line.units} × {format_yuan(line.unit_price_fen)}")
        elif line.kind == LineKind.CAP:
            parts.append(_("封顶 −%(yuan)s") % {"yuan": format_yuan(-line.amount_fen)})
    return "，".join(parts) or _("免费")


def _next_days() -> dict[DayClass, date]:
    """The next day of each class within a year; a workday is one that another follows."""
    today = clock.business_day(clock.now())
    found: dict[DayClass, date] = {}
    classes = [day_class(today + timedelta(days=ahead)) for ahead in range(1, _LOOK_DAYS)]
    for ahead, kind in enumerate(classes, 1):
        if kind != DayClass.WORKDAY or classes[ahead : ahead + 1] == [DayClass.WORKDAY]:
            found.setdefault(kind, today + timedelta(days=ahead))
    return found
