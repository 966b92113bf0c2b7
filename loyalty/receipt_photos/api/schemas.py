"""What goes in and comes out of the endpoints of photographed bills."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from district.kernel.http.fields import IdField, InstantField, NumberField
from district.kernel.http.uploads import FileField, FormFenField
from loyalty.api.schemas import waiting_text
from loyalty.receipt_photos.models import ReceiptPhoto

_STATE_MESSAGES = {
    "submitted": "门店正在审核，通过后积分自动到账。",
    "conflicting": "有一笔相似的消费，工作人员正在核对。",
    "confirmed": "已入账。",
    "already_earned": "这笔消费已经积过分，不再重复积分。",
    "withdrawn": "您已撤回。",
}


class PhotoIn(serializers.Serializer):
    """A photographed bill and what the member reads on it; as `wx.uploadFile` sends it."""

    photo = FileField(help_text="the picture, JPEG or PNG; position and other data are dropped")
    store = IdField("str", help_text="where it was bought")
    receipt_no = NumberField(help_text="the number on the bill")
    paid_fen = FormFenField(min_value=1, help_text="what was really paid, in fen")
    paid_at = InstantField(help_text="when it was paid, to the minute")


class PhotoOut(serializers.Serializer):
    """A photographed bill and what became of it."""

    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(ReceiptPhoto.State.choices)
    title = serializers.CharField(source="get_state_display", help_text="the state in Chinese")
    message = serializers.SerializerMethodField(help_text="why, for the member to read")
    store = serializers.CharField(source="store.public_id")
    store_name = serializers.CharField(source="store.name")
    receipt_no = serializers.CharField()
    paid_fen = serializers.IntegerField()
    paid_at = InstantField()
    points = serializers.SerializerMethodField(
        help_text="what the purchase has earned; null while nobody has decided, or when it earns nothing"
    )
    at = InstantField(help_text="when it was sent")
    decided_at = InstantField(allow_null=True)

    def get_message(self, photo: ReceiptPhoto) -> str:
        review = getattr(photo.receipt, "review", None)
        if photo.state == ReceiptPhoto.State.CONFIRMED and review is not None:
            return _(_STATE_MESSAGES[photo.state]) + waiting_text(review.state)
        if photo.state != ReceiptPhoto.State.REJECTED:
            return _(_STATE_MESSAGES[photo.state])
        reason = ReceiptPhoto.Reason(photo.reason)
        words = [] if reason == ReceiptPhoto.Reason.OTHER else [str(reason.label)]
        return "：".join([*words, photo.note] if photo.note else words)

    def get_points(self, photo: ReceiptPhoto) -> int | None:
        return photo.receipt.granted if photo.receipt else None


class PhotoPage(serializers.Serializer):
    results = PhotoOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")


def key_terms_of_upload(request_data: dict[str, Any], digest: bytes) -> dict[str, Any]:
    """What was asked, with the picture by its digest: the terms of the key."""
    return {name: value for name, value in request_data.items() if name != "photo"} | {
        "photo": digest.hex()
    }
