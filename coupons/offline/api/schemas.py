"""What goes in and comes out where tills go without the network."""

from typing import Any

from rest_framework import serializers

from coupons.api.schemas_till import BillIn, LineIn
from coupons.input_limits import MOST_LINES
from coupons.offline.models import LogEntry, RedemptionConflict
from coupons.offline.texts import for_shopper
from district.kernel.http.fields import (
    FenField,
    InstantField,
    NumberField,
    PatternField,
    StrictInteger,
)

MOST_ENTRIES = 100
MOST_SEQ = 2**53 - 1
HASH = r"^[0-9a-f]{64}\Z"


class VerbatimInstant(InstantField):
    """An instant whose very text is kept, because a hash was taken over it."""

    def to_internal_value(self, data: Any) -> Any:
        super().to_internal_value(data)
        return data


class VerbatimNumber(NumberField):
    """A number on paper whose very text is kept, because a hash was taken over it."""

    def to_internal_value(self, data: Any) -> str:
        super().to_internal_value(data)
        return str(data)


class SpokenLineIn(LineIn):
    product = VerbatimNumber(required=False, help_text="the merchant's code for what was sold")


class SpokenBillIn(BillIn):
    """A bill before any coupon, as the terminal wrote it down."""

    no = VerbatimNumber(help_text="unique per store for ever")
    lines = SpokenLineIn(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]


class KitIn(serializers.Serializer):
    """What a terminal says when it is online."""

    last_seq = StrictInteger(
        min_value=0, max_value=MOST_SEQ, help_text="of the last entry in its log; 0 for none"
    )


class KeyOut(serializers.Serializer):
    version = serializers.IntegerField()
    ed25519 = serializers.CharField(help_text="the public key in hex")


class CounterOut(serializers.Serializer):
    store = serializers.CharField()
    merchant = serializers.CharField()
    venue = serializers.CharField()
    trade = serializers.CharField()


class KitVersionOut(serializers.Serializer):
    """What a template version says, as the rules read it."""

    number = serializers.IntegerField(help_text="as passes name it")
    id = serializers.CharField()
    name = serializers.CharField()
    benefit = serializers.JSONField()
    scope = serializers.JSONField()
    times = serializers.JSONField()
    stacking = serializers.CharField()
    kind = serializers.CharField()
    level = serializers.CharField()
    in_parts = serializers.BooleanField(help_text="what is not used stays on the coupon")
    offline = serializers.CharField()


class KitOut(serializers.Serializer):
    """Leave to go on without the network until an instant, and all that the rules need for it."""

    id = serializers.CharField()
    at = InstantField(help_text="now, by our clock: set the terminal's by it")
    until = InstantField()
    allowance_count = serializers.IntegerField(
        help_text="open passes that the alliance answers for within any 72 hours, over all kits"
    )
    allowance_fen = serializers.IntegerField(
        help_text="likewise in fen: what is taken off, of a gift its value"
    )
    allowance_left_count = serializers.IntegerField(
        help_text="of it left at `at`, by the log of the 72 hours before"
    )
    allowance_left_fen = serializers.IntegerField(help_text="likewise in fen")
    last_seq = serializers.IntegerField()
    last_hash = serializers.CharField()
    store = serializers.IntegerField(help_text="as passes name it")
    counter = CounterOut()
    keys = KeyOut(many=True)
    versions = KitVersionOut(many=True)
    days = serializers.ListField(child=serializers.DateField(), help_text="of these it is known")
    workdays = serializers.ListField(child=serializers.DateField(), help_text="which are workdays")
    spent = serializers.ListField(
        child=serializers.IntegerField(), help_text="coupons leased to this store that are gone"
    )


class LogEntryIn(serializers.Serializer):
    """A line of the log. The hash is SHA-256 in hex over the hash before (64 zeros at the beginning), seq,
    kit, scanned_at, code, bill number, bill fen, lines as `fen:product` joined by `;`, discount_fen and
    outcome, as UTF-8, joined by line feeds."""

    seq = StrictInteger(min_value=1, max_value=MOST_SEQ)
    kit = PatternField(r"^[0-9A-Za-z_]{1,40}\Z", max_length=40)
    scanned_at = VerbatimInstant(help_text="by the terminal's clock")
    # As it was scanned, with what scanners add, because a hash was taken over it.
    code = PatternField(
        r"^[^\x00-\x1f]{1,400}[\r\n]{0,2}\Z", max_length=402, help_text="what was scanned"
    )
    bill = SpokenBillIn()
    discount_fen = FenField(help_text="what the terminal took off, in fen")
    outcome = PatternField(
        r"^[a-z_]{1,40}\Z", max_length=40, help_text="`redeemed`, or the reason why not"
    )
    hash = PatternField(HASH, max_length=64)


class LogIn(serializers.Serializer):
    """The next lines of a terminal's log, in their order."""

    sent_at = InstantField(help_text="the terminal's clock now")
    entries = LogEntryIn(many=True, min_length=1, max_length=MOST_ENTRIES)  # type: ignore[call-arg]


class ConflictOut(serializers.Serializer):
    """A coupon that was no longer there to take, and who bears what was given."""

    id = serializers.CharField(source="public_id")
    reason = serializers.CharField()
    payer = serializers.ChoiceField(RedemptionConflict.Payer.choices)
    fen = serializers.IntegerField(help_text="what the merchant would have been owed")
    state = serializers.ChoiceField(RedemptionConflict.State.choices)


class LogEntryOut(serializers.Serializer):
    """What became of a line."""

    seq = serializers.IntegerField()
    result = serializers.ChoiceField(LogEntry.Result.choices)
    coupon = serializers.CharField(source="coupon.public_id", allow_null=True, default=None)
    redemption = serializers.CharField(source="redemption.public_id", allow_null=True, default=None)
    discount_fen = serializers.IntegerField(
        source="redemption.discount_fen", allow_null=True, default=None
    )
    conflict = ConflictOut(allow_null=True, default=None)


class LogOut(serializers.Serializer):
    next_seq = serializers.IntegerField()
    entries = LogEntryOut(many=True)


class MyConflictOut(serializers.Serializer):
    """A coupon of mine that a till without a network took for good while it was not."""

    id = serializers.CharField(source="public_id")
    coupon = serializers.CharField(source="entry.coupon.public_id")
    name = serializers.CharField(source="entry.coupon.version.template.name")
    store = serializers.CharField(source="store.name")
    at = InstantField()
    message = serializers.SerializerMethodField(help_text="what happened, for the shopper")

    def get_message(self, conflict: RedemptionConflict) -> str:
        return for_shopper(conflict)


class MyConflictPage(serializers.Serializer):
    results = MyConflictOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")
