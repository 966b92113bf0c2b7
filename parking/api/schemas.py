"""What anybody asks of car parks and hears."""

from datetime import datetime, timedelta
from typing import Any

from rest_framework import serializers

from district.kernel import clock
from district.kernel.http.fields import IdField, InstantField, TextField
from district.merchants.api.schemas_directory import (
    HoursOut,
    ListParameters,
    MerchantNamedOut,
    QueryInstantField,
    VenueNamedOut,
)
from parking.availability.freshness import Freshness
from parking.availability.public_counts import SpaceLevel
from parking.models import CarPark, CarParkEntrance, Pool
from parking.queries.availability import FURTHEST_AHEAD
from parking.tariff.values import LineKind

_CLOCK_TOLERANCE = timedelta(minutes=5)


class CarParkListParameters(ListParameters):
    """Near a store or a point the nearest come first; without either they are sorted by name."""

    q = TextField(
        required=False, allow_blank=True, max_length=50, help_text="Name, pinyin or initials."
    )
    venue = IdField("ven", required=False, help_text="Only those of a venue; not near a place.")
    store = IdField("str", required=False, help_text="Near this store.")
    latitude = serializers.FloatField(
        required=False, min_value=-90, max_value=90, help_text="Near this point."
    )
    longitude = serializers.FloatField(required=False, min_value=-180, max_value=180)
    coordinate_system = serializers.ChoiceField(
        required=False, choices=CarPark.CoordinateSystem.choices, help_text="Of the point; `gcj02`."
    )
    bay_class = serializers.ChoiceField(
        required=False, choices=Pool.BayClass.choices, help_text="Only where there are such bays."
    )

    default_error_messages = {
        "half": "latitude 与 longitude 须同时填写。",
        "places": "store、venue 与坐标只能使用一种。",
        "paged": "按距离排序时没有下一页，请调大 limit。",
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("latitude" in attrs) != ("longitude" in attrs):
            self.fail("half")
        if sum(name in attrs for name in ("store", "venue", "latitude")) > 1:
            self.fail("places")
        if "cursor" in attrs and ("store" in attrs or "latitude" in attrs):
            self.fail("paged")
        return attrs


class CarParkParameters(serializers.Serializer[Any]):
    """Which bays are asked for, and when somebody will arrive."""

    bay_class = serializers.ChoiceField(
        required=False,
        default=Pool.BayClass.STANDARD,
        choices=Pool.BayClass.choices,
        help_text="For which others are named when it is full.",
    )
    arriving_at = QueryInstantField(
        required=False, help_text="Forecast for this instant, within seven days."
    )

    default_error_messages = {"span": "arriving_at 须在未来七天之内。"}

    def validate_arriving_at(self, at: datetime) -> datetime:
        now = clock.now()
        if not now - _CLOCK_TOLERANCE <= at <= now + FURTHEST_AHEAD:
            self.fail("span")
        return at


class PoolForecastOut(serializers.Serializer[Any]):
    """How much space is expected."""

    at = InstantField()
    weeks = serializers.IntegerField(help_text="From how many weeks of the past it was worked out.")
    level = serializers.ChoiceField(choices=[level.value for level in SpaceLevel])
    free_places = serializers.IntegerField(
        allow_null=True, help_text="None for pools of ten bays or fewer."
    )


class PoolOut(serializers.Serializer[Any]):
    """Bays of one class; numbers are blurred where single cars could be read from them."""

    id = serializers.CharField(source="pool.public_id")
    bay_class = serializers.ChoiceField(source="pool.bay_class", choices=Pool.BayClass.choices)
    capacity = serializers.IntegerField(source="pool.capacity")
    reservable_capacity = serializers.IntegerField(source="pool.reservable_capacity")
    freshness = serializers.ChoiceField(choices=[state.value for state in Freshness])
    age_minutes = serializers.IntegerField(
        allow_null=True, help_text="How old the count is; none where nothing is known."
    )
    level = serializers.ChoiceField(
        source="count.level", choices=[level.value for level in SpaceLevel]
    )
    free_places = serializers.IntegerField(
        source="count.free_places",
        allow_null=True,
        help_text="None where it is unknown, and of pools of ten bays or fewer.",
    )


class PoolDetailOut(PoolOut):
    forecast = PoolForecastOut(
        allow_null=True, help_text="For `arriving_at`; none where the past says nothing."
    )


class CarParkOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="car_park.public_id")
    name = serializers.CharField(source="car_park.name")
    operator = MerchantNamedOut(source="car_park.merchant")
    venue = VenueNamedOut(source="car_park.venue", allow_null=True)
    address = serializers.CharField(source="car_park.address")
    latitude = serializers.FloatField(allow_null=True, help_text="GCJ-02")
    longitude = serializers.FloatField(allow_null=True, help_text="GCJ-02")
    height_limit_cm = serializers.IntegerField(source="car_park.height_limit_cm", allow_null=True)
    open_now = serializers.BooleanField(
        allow_null=True, help_text="None where its hours are not known."
    )
    walking_metres = serializers.IntegerField(
        allow_null=True, help_text="An estimate of the way on foot; none where it is not known."
    )
    walking_minutes = serializers.IntegerField(allow_null=True)
    pools = PoolOut(many=True)


class EntranceOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=CarParkEntrance.Kind.choices)
    height_limit_cm = serializers.IntegerField(allow_null=True)


class FloorOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    zones = serializers.ListField(child=serializers.CharField())


class FeeLineOut(serializers.Serializer[Any]):
    """A part of a fee; amounts are fen, those of caps negative."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in LineKind])
    rule = serializers.CharField(help_text="Which rule of the tariff.")
    starts_at = InstantField()
    ends_at = InstantField()
    units = serializers.IntegerField()
    unit_minutes = serializers.IntegerField()
    unit_price_fen = serializers.IntegerField()
    amount_fen = serializers.IntegerField()


class StayPriceOut(serializers.Serializer[Any]):
    """What a small car pays that comes now and stays so long."""

    minutes = serializers.IntegerField()
    fee_fen = serializers.IntegerField(source="gross_fen")
    free_until = InstantField(allow_null=True, help_text="Until when leaving costs nothing.")
    lines = FeeLineOut(many=True, help_text="They sum to the fee.")


class CarParkDetailOut(CarParkOut):
    state = serializers.ChoiceField(source="car_park.state", choices=CarPark.State.choices)
    round_the_clock = serializers.BooleanField(source="car_park.round_the_clock")
    hours = HoursOut(source="car_park.hours.all", many=True)
    fee_note = serializers.CharField(
        source="car_park.fee_note", help_text="The operator's words on what it costs."
    )
    price = StayPriceOut(
        allow_null=True, help_text="Of two hours from now; none where no tariff holds."
    )
    entrances = EntranceOut(source="car_park.entrances.all", many=True)
    floors = FloorOut(many=True, help_text="From the lowest up.")
    pools = PoolDetailOut(many=True)
    alternatives = CarParkOut(
        many=True, help_text="When it is full: the nearest others with space, three at most."
    )
