"""The forms in and out of the member endpoints."""

from datetime import date
from typing import Any

from rest_framework import serializers

from district.kernel import clock
from district.kernel.http.fields import InstantField, TextField

_OLDEST = date(1900, 1, 1)
_LONGEST_CODE = 128


class CodeIn(serializers.Serializer):
    """A code WeChat gave to the mini-program."""

    code = TextField(max_length=_LONGEST_CODE, help_text="微信给小程序的一次性 code")


class ProfileIn(serializers.Serializer):
    """What to change; what is not mentioned stays, and nothing else may be mentioned."""

    nickname = TextField(min_length=1, max_length=20, required=False)
    birthday = serializers.DateField(required=False, allow_null=True, format="%Y-%m-%d")

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(data.keys() - self.fields.keys())):
            raise serializers.ValidationError({unknown[0]: ["此项不能修改。"]})
        return super().to_internal_value(data)

    def validate_birthday(self, value: date | None) -> date | None:
        if value is not None and not _OLDEST <= value <= clock.business_day(clock.now()):
            raise serializers.ValidationError("生日须在 1900 年之后且不晚于今天。")
        return value


class ProfileOut(serializers.Serializer):
    id = serializers.CharField()
    nickname = serializers.CharField()
    phone = serializers.CharField(allow_null=True, help_text="脱敏手机号，例如 138****1234")
    birthday = serializers.DateField(allow_null=True)
    joined_at = InstantField()


class SignedInOut(serializers.Serializer):
    token = serializers.CharField(help_text="放入 Authorization: Bearer")
    expires_at = InstantField()
    member = ProfileOut()


class CardOut(serializers.Serializer):
    card_no = serializers.CharField(help_text="二十位卡号，四位一组")
    nickname = serializers.CharField()
    member_since = InstantField()


class CardCodeOut(serializers.Serializer):
    code = serializers.CharField(help_text="二维码内容，三十秒内有效且只能使用一次")
    expires_at = InstantField()
    server_time = InstantField(help_text="服务器时间，用于校正手机时钟")
    svg = serializers.CharField(help_text="二维码 SVG")
