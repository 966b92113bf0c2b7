"""Where, when and how a coupon can be used, as it goes out; and what lists of coupons are asked."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from coupons.models import TemplateVersion
from district.kernel.http.fields import IdField, TextField


class CatalogueQuery(serializers.Serializer[Any]):
    """How a list of coupons may be narrowed."""

    cursor = serializers.CharField(required=False, help_text="`next` of the page before")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100)
    kind = serializers.ChoiceField(TemplateVersion.Kind.choices, required=False)
    store = IdField("str", required=False, help_text="only what can be used at this open store")
    merchant = IdField(
        "mrc", required=False, help_text="only what can be used at an open store of this merchant"
    )


class CouponStoresQuery(serializers.Serializer[Any]):
    cursor = serializers.CharField(required=False, help_text="`next` of the page before")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100)
    q = TextField(required=False, max_length=50, help_text="name, pinyin or initials")
    venue = IdField("ven", required=False)
    merchant = IdField("mrc", required=False)


class NamedPlaceOut(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="public id; of a trade its code")
    name = serializers.CharField()


class PlacesOut(serializers.Serializer[Any]):
    """Any of these names a store: by itself, its merchant, its trade or its venue."""

    venues = NamedPlaceOut(many=True)
    trades = NamedPlaceOut(many=True)
    merchants = NamedPlaceOut(many=True)
    stores = NamedPlaceOut(many=True)


@extend_schema_field({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"})
class ClockField(serializers.CharField):
    """A time of day in Shanghai."""


class HoursOfUseOut(serializers.Serializer[Any]):
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), help_text="ISO 8601: 1 is Monday"
    )
    days = serializers.ChoiceField(["any", "workday", "holiday"])
    opens = ClockField()
    closes = ClockField(help_text="exclusive; 24:00 is the end of that day")
    closes_next_day = serializers.BooleanField()


class ClosedDaysOut(serializers.Serializer[Any]):
    first = serializers.DateField()
    last = serializers.DateField(help_text="inclusive")


class ConditionOut(serializers.Serializer[Any]):
    title = serializers.CharField(source="label", help_text="适用范围")
    text = serializers.CharField()


class TermsOfUseOut(serializers.Serializer[Any]):
    """`conditions` says all of it in words; the other members say it for a program."""

    only = PlacesOut(help_text="nothing named: every store of the alliance")
    except_at = PlacesOut()
    products = serializers.ListField(
        child=serializers.CharField(), help_text="codes of the merchants; empty: all products"
    )
    except_products = serializers.ListField(child=serializers.CharField())
    hours = HoursOfUseOut(many=True, help_text="empty: at any time while it is valid")
    closed_days = ClosedDaysOut(many=True)
    stacking = serializers.ChoiceField(TemplateVersion.Stack.choices)
    threshold_fen = serializers.IntegerField()
    uses = serializers.IntegerField()
    usable_in_parts = serializers.BooleanField(source="partial")
    conditions = ConditionOut(many=True)
    instructions = serializers.CharField(
        allow_blank=True, help_text="使用须知, a line each; may be empty"
    )
    picture_url = serializers.CharField(allow_null=True, help_text="a JPEG that never changes")
