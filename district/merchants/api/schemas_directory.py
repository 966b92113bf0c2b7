"""What the directory is asked and what it tells."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers

from district.kernel.http.fields import IdField, InstantField, TextField


class QueryInstantField(InstantField):
    """An instant in an address, where an unescaped `+` of the offset arrives as a space."""

    def to_internal_value(self, data: Any) -> datetime:
        return super().to_internal_value(data.replace(" ", "+"))


class ListParameters(serializers.Serializer[Any]):
    """The parameters every list knows; one it does not know is refused rather than ignored."""

    cursor = serializers.CharField(required=False, help_text="`next` of the page before.")
    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)

    default_error_messages = {"unknown": "没有这个参数。"}

    def to_internal_value(self, data: Mapping[str, str]) -> Any:
        if unknown := sorted(set(data) - set(self.fields)):
            message = self.error_messages["unknown"]
            raise serializers.ValidationError({name: [message] for name in unknown})
        return super().to_internal_value(data)


class MerchantListParameters(ListParameters):
    q = TextField(
        required=False, allow_blank=True, max_length=50, help_text="Name, pinyin or initials."
    )
    venue = IdField("ven", required=False)
    trade = serializers.RegexField(
        r"^[a-z][a-z0-9_]*\Z", required=False, max_length=30, help_text="Code of a trade."
    )
    alliance_only = serializers.BooleanField(
        required=False, default=True, help_text="False also shows who is not in the alliance today."
    )


class StoreListParameters(MerchantListParameters):
    merchant = IdField("mrc", required=False)
    floor = TextField(required=False, max_length=10)
    round_the_clock = serializers.BooleanField(required=False)
    open_now = serializers.BooleanField(
        required=False, default=False, help_text="True: only what is open now."
    )
    open_at = QueryInstantField(required=False, help_text="Only what is open at this instant.")

    default_error_messages = {"both": "open_now 与 open_at 不能同时使用。"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("open_now") and "open_at" in attrs:
            self.fail("both")
        return attrs


class TradeOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class VenueNamedOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=["mall", "street", "complex"])
    name = serializers.CharField()


class VenueOut(VenueNamedOut):
    address = serializers.CharField()
    floors = serializers.ListField(child=serializers.CharField(), help_text="From the lowest up.")
    latitude = serializers.FloatField(allow_null=True, help_text="GCJ-02")
    longitude = serializers.FloatField(allow_null=True, help_text="GCJ-02")


class MerchantNamedOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class MerchantOut(MerchantNamedOut):
    in_alliance = serializers.BooleanField(help_text="Gives and takes the alliance's points today.")


class StoreOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    merchant = MerchantNamedOut()
    venue = VenueNamedOut()
    trade = TradeOut()
    floor = serializers.CharField()
    unit_no = serializers.CharField()
    phone = serializers.CharField()
    round_the_clock = serializers.BooleanField()
    open_now = serializers.BooleanField()
    in_alliance = serializers.BooleanField(help_text="Gives and takes the alliance's points today.")


class HoursOut(serializers.Serializer[Any]):
    weekday = serializers.SerializerMethodField(help_text="ISO 8601: 1 is Monday, 7 Sunday.")
    opens = serializers.SerializerMethodField()
    closes = serializers.SerializerMethodField(help_text="24:00 is the end of that day.")
    closes_next_day = serializers.SerializerMethodField()

    def get_weekday(self, row: Any) -> int:
        return int(row.weekday) + 1

    def get_opens(self, row: Any) -> str:
        return _clock_face(row.opens_minute)

    def get_closes(self, row: Any) -> str:
        late = self.get_closes_next_day(row)
        return _clock_face(row.closes_minute - 1440 * late)

    def get_closes_next_day(self, row: Any) -> bool:
        return bool(row.closes_minute > 1440)  # noqa: PLR2004 - minutes of a day


class StoreDetailOut(StoreOut):
    venue = VenueOut()
    intro = serializers.CharField()
    state = serializers.ChoiceField(choices=["open", "closed"])
    hours = HoursOut(many=True)


class MerchantDetailOut(MerchantOut):
    stores = StoreOut(many=True)


def _clock_face(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
