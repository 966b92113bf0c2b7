"""What comes in and goes out, by model serializers."""

from rest_framework import serializers

from district.members.models import Member
from district.merchants.models import Store
from loyalty.models import Receipt, Transfer


class TextbookReceiptIn(serializers.ModelSerializer):
    store = serializers.SlugRelatedField(slug_field="public_id", queryset=Store.objects.all())
    member = serializers.SlugRelatedField(slug_field="public_id", queryset=Member.objects.all())
    paid_fen = serializers.IntegerField(min_value=0, max_value=10**12)

    class Meta:
        model = Receipt
        fields = ("store", "member", "receipt_no", "paid_fen", "paid_at")


class TextbookTransferOut(serializers.ModelSerializer):
    id = serializers.CharField(source="public_id")

    class Meta:
        model = Transfer
        fields = ("id", "kind", "points", "available_after", "reverses", "at")


class TextbookReceiptOut(serializers.ModelSerializer):
    store = serializers.SlugRelatedField(slug_field="public_id", read_only=True)
    member = serializers.CharField(source="account.member.public_id")
    points = serializers.IntegerField(source="granted")
    transfer = TextbookTransferOut()

    class Meta:
        model = Receipt
        fields = ("store", "member", "receipt_no", "paid_fen", "paid_at", "points", "transfer")
