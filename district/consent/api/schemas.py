"""What the consent centre tells and is told."""

from typing import Any

from rest_framework import serializers

from district.consent.models import Purpose
from district.consent.values import Channel, ConsentReason
from district.kernel.http.fields import IdField, InstantField, PatternField
from district.merchants.api.schemas_directory import MerchantNamedOut

_LONGEST_NAME = 60
# A screen of the app, or a control on it.
_PLACE = r"^[A-Za-z0-9_./-]+\Z"


class ConsentAddressIn(serializers.Serializer[Any]):
    purpose = PatternField(r"^[a-z_]+\Z", max_length=_LONGEST_NAME)
    merchant = IdField("mrc", required=False, help_text="Where the purpose is asked for each.")
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, default="none")
    control_id = PatternField(
        _PLACE, max_length=_LONGEST_NAME, required=False, help_text="Which control on which screen."
    )


class ConsentGrantIn(ConsentAddressIn):
    served = IdField(
        "nsv", help_text="The text that was shown, as `serve_consent_notice` answered."
    )


class NoticeServedIn(serializers.Serializer[Any]):
    screen = PatternField(_PLACE, max_length=_LONGEST_NAME)
    app_version = PatternField(r"^[0-9A-Za-z.+-]+\Z", max_length=20)


class NoticeServedOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    notice = serializers.CharField(source="notice.public_id")
    at = InstantField()


class NamedNoticeOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    version = serializers.IntegerField()
    effective_from = InstantField()


class NoticeOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    purpose = serializers.CharField(source="purpose.key")
    channel = serializers.ChoiceField(choices=Channel.choices)
    locale = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()
    data_categories = serializers.CharField()
    recipients = serializers.CharField()
    retention = serializers.CharField()
    effective_from = InstantField()
    sha256 = serializers.CharField(help_text="Of the canonical JSON of what is shown.")


class ConsentSwitchOut(serializers.Serializer[Any]):
    """Whether the district may do it; where not, `reason` says why."""

    purpose = serializers.CharField(source="purpose.key")
    name = serializers.CharField(source="purpose.name")
    kind = serializers.ChoiceField(source="purpose.kind", choices=Purpose.Kind.choices)
    legal_basis = serializers.ChoiceField(
        source="purpose.legal_basis", choices=Purpose.LegalBasis.choices
    )
    is_sensitive = serializers.BooleanField(source="purpose.is_sensitive")
    merchant = MerchantNamedOut(allow_null=True)
    channel = serializers.ChoiceField(choices=Channel.choices)
    is_on = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=ConsentReason.choices)
    reason_text = serializers.CharField(source="reason.label")
    since = InstantField(allow_null=True, help_text="Of the last choice.")
    expires_at = InstantField(allow_null=True)
    agreed_notice = NamedNoticeOut(allow_null=True, help_text="The text that the yes is to.")
    notice = NamedNoticeOut(
        allow_null=True, help_text="The text in force; none: it cannot be set to yes."
    )
