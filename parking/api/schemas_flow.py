"""What an operator's system hears of the flow of cars."""

from datetime import date
from typing import Any

from rest_framework import serializers

from district.kernel.http.fields import InstantField
from parking.api.schemas_stays import CarParkNamedOut

MOST_DAYS = 31
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


class FlowParameters(serializers.Serializer[Any]):
    first_day = serializers.DateField(
        required=False, help_text="In Shanghai; left out, the days end with today."
    )
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=1)

    def validate_first_day(self, value: date) -> date:
        if not _FIRST <= value <= _LAST:
            raise serializers.ValidationError("日期须在 2000 至 2199 年之间。")
        return value


class FlowTotalOut(serializers.Serializer[Any]):
    entries = serializers.IntegerField()
    exits = serializers.IntegerField()
    present = serializers.IntegerField(help_text="Cars at the end; now, where the days go on.")
    peak = serializers.IntegerField(help_text="The most cars at once.")
    mean_stay_minutes = serializers.IntegerField(
        allow_null=True, help_text="Of the cars that left; null where none did."
    )
    turnover = serializers.FloatField(
        allow_null=True, help_text="Cars that came per bay (周转率); null without bays."
    )
    lost_exits = serializers.IntegerField(help_text="Came, and no gate read them leave.")
    missing_entries = serializers.IntegerField(help_text="Left, and no gate read them come.")


class FlowHourOut(serializers.Serializer[Any]):
    starts_at = InstantField()
    entries = serializers.IntegerField()
    exits = serializers.IntegerField()
    present = serializers.IntegerField(help_text="at the end of the hour")
    peak = serializers.IntegerField()
    mean_stay_minutes = serializers.IntegerField(allow_null=True)
    lost_exits = serializers.IntegerField()
    missing_entries = serializers.IntegerField()


class FlowOut(serializers.Serializer[Any]):
    car_park = CarParkNamedOut()
    capacity = serializers.IntegerField(help_text="bays of all classes")
    total = FlowTotalOut()
    hours = FlowHourOut(many=True, help_text="Every hour until now, also those without a car.")
