"""/api/v1/parking/car-parks: where there is space, near where somebody wants to go."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import clock
from district.kernel.database.ids import looks_like
from district.kernel.errors import NotFound
from district.kernel.http.api import ApiView, cacheable, cursor_page
from parking.api import examples
from parking.api.schemas import (
    CarParkDetailOut,
    CarParkListParameters,
    CarParkOut,
    CarParkParameters,
)
from parking.availability.public_counts import SpaceLevel
from parking.models import CarPark, Pool
from parking.queries import car_parks
from parking.queries.availability import PoolLater, forecasts, pool_now
from parking.queries.car_parks import Destination, NearbyCarPark
from parking.queries.tariffs import price_from_now
from parking.register.coordinates import GeoPoint, walking_minutes

# Counts change within minutes; a cache may spare us the rush, not the truth.
_KEPT_SECONDS = 15
_ALTERNATIVES = 3
_ETAG = [
    OpenApiParameter(
        "If-None-Match", str, OpenApiParameter.HEADER, description="An ETag answered before."
    ),
    OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 304]),
]
_UNCHANGED = OpenApiResponse(description="Unchanged since that ETag.")
CAR_PARK_ID = OpenApiParameter(
    "id",
    {"type": "string", "pattern": "^cpk_[0-9A-Za-z]{22}$"},
    OpenApiParameter.PATH,
)


class CarParks(ApiView):
    """Car parks in use: the nearest to a store or a point first, else in the order of their pinyin.

    Those of which nothing is known now come last when they are sorted by distance.
    """

    refusals = (NotFound,)

    @extend_schema(
        operation_id="list_car_parks",
        tags=["parking"],
        summary="停车场列表：按距离或名称，附空余车位",
        auth=[],
        parameters=[CarParkListParameters, *_ETAG],
        responses={
            200: inline_serializer(
                "CarParkPage",
                {
                    "results": CarParkOut(many=True),
                    "next": serializers.CharField(allow_null=True),
                },
            ),
            304: _UNCHANGED,
        },
        examples=[
            OpenApiExample(
                "example",
                {"results": [examples.CAR_PARK], "next": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        asked = query_parameters(request, CarParkListParameters)
        now = clock.now()
        destination = _destination(asked)
        if destination is None:
            rows = car_parks.listed(
                q=asked.get("q", ""),
                venue=asked.get("venue", ""),
                bay_class=asked.get("bay_class", ""),
            )
            page = cursor_page(
                request,
                rows,
                order=car_parks.BY_NAME,
                render=lambda row: CarParkOut(_summary(NearbyCarPark(row), now)).data,
            )
        else:
            found = car_parks.nearest(
                destination,
                at=now,
                bay_class=asked.get("bay_class", Pool.BayClass.STANDARD),
                limit=asked["limit"],
                q=asked.get("q", ""),
            )
            summaries = [CarParkOut(_summary(nearby, now)).data for nearby in found]
            page = {"results": summaries, "next": None}
        return cacheable(request, page, seconds=_KEPT_SECONDS)


class CarParkDetailView(ApiView):
    """A car park with its layout, how much space there is and will be, and where else to go when it is full."""

    @extend_schema(
        operation_id="read_car_park",
        tags=["parking"],
        summary="停车场详情：空余车位、到达时预测、分流",
        auth=[],
        parameters=[CAR_PARK_ID, CarParkParameters, *_ETAG],
        responses={200: CarParkDetailOut, 304: _UNCHANGED},
        examples=[
            OpenApiExample(
                "example",
                examples.CAR_PARK_DETAIL,
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request, id: str) -> Response:
        asked = query_parameters(request, CarParkParameters)
        if not looks_like("cpk", id):
            raise NotFound
        now, car_park = clock.now(), car_parks.car_park(id)
        body = _detail(car_park, asked["bay_class"], asked.get("arriving_at"), now)
        return cacheable(request, CarParkDetailOut(body).data, seconds=_KEPT_SECONDS)


def query_parameters(request: Request, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """What stands in the address, in the shape of `form`. Raises ValidationError."""
    # A plain dict: of a QueryDict DRF reads an absent value as an empty field of a form.
    parameters = form(data=request.query_params.dict())
    parameters.is_valid(raise_exception=True)
    asked: dict[str, Any] = parameters.validated_data
    return asked


def _destination(asked: dict[str, Any]) -> Destination | None:
    """Raises NotFound for a store that is not there."""
    if "store" in asked:
        return car_parks.destination_of(asked["store"])
    if "latitude" not in asked:
        return None
    point = GeoPoint(asked["latitude"], asked["longitude"])
    system = asked.get("coordinate_system", CarPark.CoordinateSystem.GCJ02)
    return Destination(car_parks.to_gcj02(point, system))


def _summary(nearby: NearbyCarPark, now: datetime) -> dict[str, Any]:
    """What CarParkOut shows."""
    position = car_parks.position_of(nearby.car_park)
    metres = nearby.walking_metres
    return {
        "car_park": nearby.car_park,
        "latitude": position and round(position.latitude, 6),
        "longitude": position and round(position.longitude, 6),
        "open_now": _open_now(nearby.car_park, now),
        "walking_metres": metres,
        "walking_minutes": None if metres is None else walking_minutes(metres),
        "pools": [pool_now(pool, now) for pool in nearby.car_park.pools.all()],
    }


def _open_now(car_park: CarPark, now: datetime) -> bool | None:
    if car_park.state == CarPark.State.CLOSED:
        return False
    return car_parks.is_open(car_park, now)


def _detail(
    car_park: CarPark, bay_class: str, arriving_at: datetime | None, now: datetime
) -> dict[str, Any]:
    """What CarParkDetailOut shows."""
    body = _summary(NearbyCarPark(car_park), now)
    pools = list(car_park.pools.all())
    expected = (
        forecasts(pools, target=arriving_at, known_until=now) if arriving_at and pools else {}
    )
    is_full = any(
        pool_row.pool.bay_class == bay_class and pool_row.count.level is SpaceLevel.FULL
        for pool_row in body["pools"]
    )
    others = (
        car_parks.alternatives(car_park, bay_class=bay_class, at=now, limit=_ALTERNATIVES)
        if is_full
        else []
    )
    return body | {
        "price": price_from_now(car_park, now),
        "floors": [
            {"name": floor.name, "zones": [zone.name for zone in floor.zones.all()]}
            for floor in car_park.floors.all()
        ],
        "pools": [
            {
                **vars(pool_row),
                "forecast": _forecast_out(expected.get(pool_row.pool.pk), arriving_at),
            }
            for pool_row in body["pools"]
        ],
        "alternatives": [_summary(other, now) for other in others],
    }


def _forecast_out(later: PoolLater | None, at: datetime | None) -> dict[str, Any] | None:
    if later is None:
        return None
    return {
        "at": at,
        "weeks": later.weeks,
        "level": later.count.level,
        "free_places": later.count.free_places,
    }
