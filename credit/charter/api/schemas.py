"""What the API of the charter tells."""

from typing import Any

from rest_framework import serializers

from district.kernel.http.fields import InstantField
from district.merchants.api.schemas_directory import MerchantNamedOut


class CharterOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    text = serializers.CharField()
    published_at = InstantField(source="decided_at")


class CharterPledgeOut(serializers.Serializer[Any]):
    merchant = MerchantNamedOut()
    charter = serializers.CharField(source="version.public_id", help_text="The version it signed.")
    pledge = serializers.CharField(help_text="In the merchant's own words.")
    signed_at = InstantField()
    ends_at = InstantField(allow_null=True, help_text="Where it has given notice.")


class SelfDisciplineOut(serializers.Serializer[Any]):
    merchant = MerchantNamedOut()
    found_on = serializers.DateField()
    matter = serializers.CharField()
    correction = serializers.CharField()
    reviewed_at = InstantField(source="decided_at")
