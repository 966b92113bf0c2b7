"""What tills send and get."""

from typing import Any

from rest_framework import serializers

from district.kernel.http.fields import IdField, InstantField, NormalizedTextField, PatternField
from district.kernel.text import spelling


class _LookUpIn(serializers.Serializer[Any]):
    store = IdField("str", help_text="A store of this key.")


class LookUpByCodeIn(_LookUpIn):
    code = NormalizedTextField(
        r"^[^\s\x00-\x1f\x7f]{1,400}\Z",
        spelling=spelling.code_of,
        max_length=400,
        help_text="The rotating code of the card; blanks, width and case make no difference.",
    )


class LookUpByPhoneIn(_LookUpIn):
    phone = PatternField(
        r"^\+?[0-9][0-9 ()-]{4,18}\Z", help_text="For earning only, opens no visit."
    )

    default_error_messages = {"one": "code 与 phone 只能提供一个。"}

    def validate_phone(self, phone: str) -> str:
        if "code" in self.initial_data:
            self.fail("one")
        return phone


class MemberSeenOut(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Earning needs no more than this.")
    nickname = serializers.CharField(help_text="Masked after a look-up by phone.")
    phone_masked = serializers.CharField(allow_null=True)


class VisitOut(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Spending needs it; good in this store only.")
    expires_at = InstantField()


class LookUpOut(serializers.Serializer[Any]):
    member = MemberSeenOut()
    visit = VisitOut(allow_null=True, help_text="Null after a look-up by phone.")


class TillKeyOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class TillMerchantOut(TillKeyOut):
    in_alliance = serializers.BooleanField()


class TillStoreOut(TillKeyOut):
    state = serializers.ChoiceField(choices=["open", "closed"])


class TillOut(serializers.Serializer[Any]):
    key = TillKeyOut()
    merchant = TillMerchantOut()
    stores = TillStoreOut(many=True)
    server_time = InstantField()
