"""The report on vehicle flow: cars in, out and present, hour by hour, of the car parks that the person may see."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import (
    BarChart,
    Cell,
    Menu,
    Panel,
    Report,
    Tile,
    Tiles,
    register_report,
)
from district.kernel.backoffice.columns import Column, Number, table
from district.kernel.backoffice.sections import url_of
from district.kernel.text.sheets import Cell as SheetCell
from district.kernel.text.sheets import Table
from district.merchants.scope import viewer
from parking.admin.common import PARKING
from parking.models import CarPark
from parking.queries.flow import CarParkFlow, days_back, flow_of
from parking.stays.flow import FlowHour, FlowTotal, total_of, turnover

# Today alone, a week, a month.
PERIODS = (1, 7, 30)


def may_see(request: HttpRequest) -> bool:
    return viewer(request).can("manage_parking")


def panels(request: HttpRequest, days: int) -> Iterator[Panel]:
    flows = _flows(request, days)
    totals = [(flow, total_of(flow.hours, flow.capacity)) for flow in flows]
    yield _tiles(flows, [total for _flow, total in totals])
    yield _chart(flows, days)
    if days > 1:
        yield _hours_of_day(flows)
    columns = [
        Column(
            _("停车场"), lambda row: Cell(row[0].car_park.name, url_of(CarPark, row[0].car_park.pk))
        ),
        Number(_("入场"), lambda row: row[1].entries),
        Number(_("出场"), lambda row: row[1].exits),
        Number(_("现在场"), lambda row: row[1].present),
        Number(_("峰值在场"), lambda row: row[1].peak),
        Column(_("周转率"), lambda row: _rate(row[1].turnover)),
        Column(_("平均停放"), lambda row: _duration(row[1].mean_stay_minutes)),
        Number(_("缺少离场"), lambda row: row[1].lost_exits),
        Number(_("缺少入场"), lambda row: row[1].missing_entries),
    ]
    yield table(
        _("各停车场"),
        columns,
        totals,
        empty=_("还没有停车场。"),
        note=_("闸机没有读到离场的车辆只计入场，不计在场；周转率为入场车辆数与车位数之比。"),
    )


def tables(request: HttpRequest, days: int) -> Iterator[Table]:
    """An hour of a car park a row."""
    heads = [
        *(_("停车场编号"), _("停车场"), _("小时"), _("入场"), _("出场"), _("小时末在场")),
        *(_("峰值在场"), _("周转率"), _("平均停放（分钟）"), _("缺少离场"), _("缺少入场")),
    ]
    rows = (_csv_row(flow, hour) for flow in _flows(request, days) for hour in flow.hours)
    yield Table(_("车流量"), heads, rows)


def _csv_row(flow: CarParkFlow, hour: FlowHour) -> Sequence[SheetCell]:
    rate = turnover(hour.entries, flow.capacity)
    return [
        flow.car_park.public_id,
        flow.car_park.name,
        f"{hour.starts_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}",
        hour.entries,
        hour.exits,
        hour.present,
        hour.peak,
        None if rate is None else f"{rate:.2f}",
        hour.mean_stay_minutes,
        hour.lost_exits,
        hour.missing_entries,
    ]


def _flows(request: HttpRequest, days: int) -> list[CarParkFlow]:
    start, until = days_back(days)
    return flow_of(_car_parks(request), start=start, until=until)


def _car_parks(request: HttpRequest) -> QuerySet[CarPark]:
    who = viewer(request)
    rows = CarPark.objects.filter(feed__isnull=False)
    if who.operator:
        return rows
    return rows.filter(merchant=who.post.merchant_id) if who.post else rows.none()


def _tiles(flows: Sequence[CarParkFlow], totals: Sequence[FlowTotal]) -> Tiles:
    hours = [hour for flow in flows for hour in flow.hours]
    together = total_of(hours, sum(flow.capacity for flow in flows))
    return Tiles(
        _("合计"),
        [
            Tile(_("入场"), f"{together.entries:,}"),
            Tile(_("出场"), f"{together.exits:,}"),
            Tile(_("现在场"), f"{sum(total.present for total in totals):,}"),
            Tile(_("周转率"), _rate(together.turnover) or "—"),
            Tile(_("平均停放"), _duration(together.mean_stay_minutes) or "—"),
        ],
    )


def _chart(flows: Sequence[CarParkFlow], days: int) -> BarChart:
    """Of one day each hour, of more each day."""

    def label(at: datetime) -> str:
        local = at.astimezone(clock.SHANGHAI)
        return f"{local.hour}" if days == 1 else f"{local.month}-{local.day}"

    return BarChart(
        title=_("今天各小时入场与出场") if days == 1 else _("每天入场与出场"),
        series=[_("入场"), _("出场")],
        bars=_bars(flows, label),
        empty=_("这段时间没有车辆进出。"),
    )


def _hours_of_day(flows: Sequence[CarParkFlow]) -> BarChart:
    return BarChart(
        title=_("一天中各小时入场与出场（合计）"),
        series=[_("入场"), _("出场")],
        bars=_bars(flows, lambda at: f"{at.astimezone(clock.SHANGHAI).hour}"),
        empty=_("这段时间没有车辆进出。"),
    )


def _bars(
    flows: Sequence[CarParkFlow], label: Callable[[datetime], str]
) -> list[tuple[str, tuple[int, int]]]:
    """Entries and exits of hours with the same label, in the order of the first of them."""
    sums: dict[str, tuple[int, int]] = {}
    for hour in sorted(_all_hours(flows), key=lambda hour: hour.starts_at):
        name = label(hour.starts_at)
        entries, exits = sums.get(name, (0, 0))
        sums[name] = (entries + hour.entries, exits + hour.exits)
    return list(sums.items())


def _all_hours(flows: Iterable[CarParkFlow]) -> Iterator[FlowHour]:
    for flow in flows:
        yield from flow.hours


def _rate(rate: float | None) -> str | None:
    return None if rate is None else f"{rate:.2f}"


def _duration(minutes: int | None) -> str | None:
    return None if minutes is None else _("%(minutes)s 分钟") % {"minutes": minutes}


flow_report = Report(
    name="parking-flow",
    title=gettext_lazy("车流量"),
    menu=Menu(PARKING, "monitoring", 19),
    is_allowed=may_see,
    panels=panels,
    periods=PERIODS,
    explanation=gettext_lazy(
        "按闸机事件形成的停车记录逐小时统计；迟到或更正的事件会改变其所属的小时。"
    ),
    tables=tables,
)
register_report(flow_report)
