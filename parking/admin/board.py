"""预约看板: a day of a car park by pool and quarter of an hour, and who holds one of them."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import Menu, Section, Workspace, register_workspace, visible_rows
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, table
from district.merchants.scope import viewer
from parking.admin.common import PARKING
from parking.models import CarPark, Pool
from parking.queries.board import BoardPool, board_of, reservations_holding
from parking.queries.vehicles import masked_plate

_DAYS = 7
_FARTHEST = timedelta(days=366)
_MOST_LINES = 100


def is_allowed(request: HttpRequest) -> bool:
    return viewer(request).can("manage_parking")


def page(request: HttpRequest, frame: dict[str, Any]) -> HttpResponse:
    """Which car park, day and slot stands in the address; without them the first car park, today."""
    if not is_allowed(request):
        raise PermissionDenied
    car_parks = list(_car_parks(request))
    chosen = next(
        (row for row in car_parks if row.public_id == request.GET.get("car_park")),
        car_parks[0] if car_parks else None,
    )
    day = _day(request.GET.get("day", ""))
    context: dict[str, Any] = {
        "car_parks": car_parks,
        "chosen": chosen,
        "day": day,
        "days": [_day_choice(chosen, day, ahead) for ahead in range(_DAYS)] if chosen else [],
        "pools": [],
    }
    if chosen is not None:
        pools = board_of(chosen, day)
        context |= {
            "pools": [
                (row, _address(chosen, day) + f"&pool={row.pool.public_id}") for row in pools
            ],
            "panels": _slot_panels(request, pools),
        }
    return TemplateResponse(request, "parking/board.html", frame | context)


def _car_parks(request: HttpRequest) -> QuerySet[CarPark]:
    """The person's own that are reserved, the open ones first."""
    rows: QuerySet[CarPark] = visible_rows(request, CarPark)
    return rows.filter(reservation_policy__isnull=False).order_by("-state", "name_key", "pk")[:200]


def _day(text: str) -> date:
    """The day in the address, today where it holds none that a board can have."""
    today = clock.now().astimezone(clock.SHANGHAI).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) <= _FARTHEST else today


def _day_choice(car_park: CarPark, day: date, ahead: int) -> tuple[str, str, bool]:
    offered = clock.now().astimezone(clock.SHANGHAI).date() + timedelta(days=ahead)
    label = _("今天") if not ahead else date_format(offered, "n月j日 D")
    return label, _address(car_park, offered), offered == day


def _address(car_park: CarPark, day: date) -> str:
    return "?" + urlencode({"car_park": car_park.public_id, "day": day.isoformat()})


def _slot_panels(request: HttpRequest, pools: list[BoardPool]) -> list[Section]:
    """Who holds the slot in the address; nothing where it holds none of these."""
    wanted = request.GET.get("pool", "")
    pool = next((row.pool for row in pools if row.pool.public_id == wanted), None)
    at = clock.instant(request.GET.get("at", "").replace(" ", "+"))
    if pool is None or at is None:
        return []
    return [_holders(pool, at)]


def _holders(pool: Pool, at: datetime) -> Section:
    local = at.astimezone(clock.SHANGHAI)
    return table(
        _("%(time)s %(bays)s的预约")
        % {"time": f"{local:%H:%M}", "bays": pool.get_bay_class_display()},
        [
            Link(_("预约"), "public_id"),
            Column(_("车牌"), lambda row: masked_plate(row.vehicle)),
            Column(_("车位号"), "bay__number"),
            Moment(_("开始"), "starts_at"),
            Moment(_("结束"), "ends_at"),
            Choice(_("状态"), "state"),
        ],
        reservations_holding(pool, at)[:_MOST_LINES],
        empty=_("此时段没有预约。"),
    )


register_workspace(
    Workspace(
        name="parking-board",
        title=gettext_lazy("预约看板"),
        menu=Menu(PARKING, "calendar_view_week", 11),
        is_allowed=is_allowed,
        page=page,
    )
)
