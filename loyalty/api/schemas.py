"""What goes in and comes out of the ledger's endpoints."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from district.kernel.http.api import cached_serializer
from district.kernel.http.fields import (
    FenField,
    IdField,
    InstantField,
    NumberField,
    PatternField,
    PointsField,
    TextField,
)
from loyalty.models import EarningReview, Transfer
from loyalty.results import ReviewResult


class ReceiptIn(serializers.Serializer):
    """A purchase a till reports for a member."""

    store = IdField("str", help_text="one of the key's stores")
    member = IdField("mem", help_text="as the look-up told it")
    receipt_no = NumberField(
        help_text="the bill's number as it is written, unique per store for ever; after a reversal of"
        " the whole earning it may be told once more"
    )
    paid_fen = FenField(help_text="what was really paid, in fen")
    paid_at = InstantField(help_text="when it was paid")


class SpendingIn(serializers.Serializer):
    """A member at the counter pays with points."""

    store = IdField("str")
    visit = PatternField(
        r"^vis_[0-9A-Za-z]{10,100}\Z", max_length=110, help_text="from the look-up, ten minutes"
    )
    points = PointsField()
    request_no = NumberField(help_text="the till's number, unique per merchant for ever")


class ReversalIn(serializers.Serializer):
    """An earning or spending is undone; of a spending perhaps a part."""

    store = IdField("str")
    transfer = IdField("tr", help_text="the earning or spending to undo")
    points = PointsField(
        required=False, help_text="only so many points of a spending; left out: all of it"
    )
    reason = TextField(max_length=200, help_text="shown to the member and in the audit")


class TransferOut(serializers.Serializer):
    """One line of the ledger."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(Transfer.Kind.choices)
    points = serializers.IntegerField(help_text="never negative; the kind tells the direction")
    available_after = serializers.IntegerField(
        read_only=True,
        help_text="the member's balance after the act, with all that followed from it: debts repaid,"
        " dead points ended, the rest of a hold released",
    )
    reverses = serializers.CharField(read_only=True, allow_null=True)
    at = InstantField()


class ReviewOut(serializers.Serializer):
    """Points above a ceiling wait for a person: pending, and spendable only once approved."""

    state = serializers.ChoiceField(EarningReview.State.choices)
    points = serializers.IntegerField(help_text="that wait or waited")
    exceeds = serializers.ListField(
        child=serializers.ChoiceField(EarningReview.Ceiling.choices),
        help_text="the ceilings the receipt is above",
    )
    text = serializers.SerializerMethodField(help_text="in plain Chinese, for the till's screen")

    def get_text(self, review: ReviewResult) -> str:
        return waiting_text(review.state)


_REVIEW_TEXTS = {
    "waiting": "积分超过上限，待运营方复核后可用。",
    "approved": "积分已通过复核。",
    "refused": "积分未通过复核，已退回发放方。",
    "withdrawn": "已全部退货，积分已收回。",
}


def waiting_text(state: str) -> str:
    """What a person at a till or a phone reads of a receipt whose points wait or waited."""
    return _(_REVIEW_TEXTS[state])


class ReceiptOut(serializers.Serializer):
    """A posted receipt and what it earned; `transfer` is null for a receipt worth no points."""

    store = serializers.CharField()
    member = serializers.CharField()
    receipt_no = serializers.CharField()
    paid_fen = serializers.IntegerField()
    paid_at = InstantField()
    points = serializers.IntegerField()
    repaid = serializers.IntegerField(help_text="what of the points repaid an older debt at once")
    transfer = TransferOut(allow_null=True)
    review = ReviewOut(allow_null=True, help_text="null: nothing of it waits for a person")


class ExpiringOut(serializers.Serializer):
    points = serializers.IntegerField()
    expires_at = InstantField(help_text="exclusive: spendable until just before it")
    issuer = serializers.CharField(help_text="name of the merchant that granted them")


class ActivatingOut(serializers.Serializer):
    points = serializers.IntegerField()
    active_from = InstantField(help_text="spendable from then on")
    issuer = serializers.CharField(help_text="name of the merchant that granted them")


class PointsOut(serializers.Serializer):
    """A member's points; `debt` is repaid from the next earnings."""

    available = serializers.IntegerField()
    held = serializers.IntegerField(help_text="set aside for a merchant until it takes them")
    pending = serializers.IntegerField(help_text="granted, and not yet spendable")
    in_review = serializers.IntegerField(
        help_text="what of the pending points waits for a person, not for a day"
    )
    debt = serializers.IntegerField()
    worth_fen = serializers.IntegerField(help_text="what all available points take off a bill now")
    point_value_milli_fen = serializers.IntegerField(
        help_text="what one point takes off, in thousandths of a fen; N points take off"
        " floor(N × this / 1000) fen"
    )
    worth_text = serializers.CharField(help_text="what all available points take off, in words")
    expiring = ExpiringOut(many=True)
    activating = ActivatingOut(many=True)


class EntryOut(serializers.Serializer):
    """A line of the member's statement: both changes are signed, `seq` has no gaps."""

    id = serializers.CharField(source="public_id")
    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(Transfer.Kind.choices)
    title = serializers.CharField(source="get_kind_display")
    points = serializers.IntegerField(help_text="how many the line moved, whatever the pocket")
    change = serializers.SerializerMethodField(
        help_text="of the spendable balance; 0 where only waiting, held or owed points moved"
    )
    debt_change = serializers.SerializerMethodField(
        help_text="of what the member owes: more by a refund of spent points, less by repaying"
    )
    available_after = serializers.IntegerField()
    merchant = serializers.CharField(source="merchant.name", allow_null=True, default=None)
    store = serializers.CharField(source="store.name", allow_null=True, default=None)
    reference = serializers.CharField(
        help_text="the receipt's number for an earning, the till's request number for a spending"
    )
    reason = serializers.CharField()
    at = InstantField()

    def get_change(self, transfer: Transfer) -> int:
        return transfer.change

    def get_debt_change(self, transfer: Transfer) -> int:
        return transfer.debt_change


class EntryPage(serializers.Serializer):
    results = EntryOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")


def rendered(serializer: type[serializers.Serializer], row: Any) -> Any:
    return cached_serializer(serializer).to_representation(row)
