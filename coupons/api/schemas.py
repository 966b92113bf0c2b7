"""What goes in and comes out of the shopper's endpoints."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from coupons.api.schemas_terms import TermsOfUseOut
from coupons.input_limits import LONGEST_CODE
from coupons.models import Coupon, Redemption, TemplateVersion
from coupons.queries import version_terms
from coupons.queries.wallet import GIVEN, WalletCoupon, exchange_undo_until, state_now
from coupons.services.lease import MOST_HOURS
from district.kernel import clock
from district.kernel.http.api import cached_serializer
from district.kernel.http.fields import CodeField, IdField, InstantField, StrictInteger


class ClaimIn(serializers.Serializer):
    """A coupon a member asks for."""

    version = IdField("ctv", help_text="as the centre told it")


class GiftIn(serializers.Serializer):
    """What a friend was sent."""

    code = CodeField(longest=LONGEST_CODE, help_text="of the gift, good for a day")


class LeaseIn(serializers.Serializer):
    """To which store a coupon is bound, and for how long."""

    store = IdField("str")
    hours = StrictInteger(min_value=1, max_value=MOST_HOURS)


class VersionOut(serializers.Serializer):
    """A coupon that is being given out, and how this member stands with it."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField(source="template.name")
    merchant = serializers.CharField(
        source="template.merchant.name",
        allow_null=True,
        default=None,
        help_text="null: of the whole alliance",
    )
    kind = serializers.ChoiceField(TemplateVersion.Kind.choices)
    benefit = serializers.SerializerMethodField(help_text="in words, 满 20 元减 5 元")
    threshold_fen = serializers.IntegerField()
    claim_until = InstantField()
    claimable = serializers.BooleanField()
    points_price = serializers.IntegerField(
        allow_null=True, help_text="in points, where it is sold"
    )
    exchange_undo_minutes = serializers.IntegerField(
        allow_null=True,
        help_text="for how long after an exchange the unused coupon may be given back for its points;"
        " null: not at all",
    )
    per_member = serializers.IntegerField()
    transferable = serializers.BooleanField()
    stock = serializers.ChoiceField(
        ["unlimited", "plenty", "few", "sold_out_today", "sold_out", "budget_used_up"],
        source="availability.stock",
        help_text="as far as stock and budget reach",
    )
    left = serializers.IntegerField(source="availability.left", allow_null=True)
    mine = serializers.IntegerField(
        source="availability.mine", help_text="how many this member has had"
    )
    refusal = serializers.CharField(
        source="availability.refusal.code",
        default="",
        help_text="the code a claim would be refused with, or empty",
    )
    why_not = serializers.CharField(
        source="availability.refusal.detail",
        default="",
        help_text="the same in words, for the member",
    )

    terms = TermsOfUseOut(source="terms_of_use")

    def get_benefit(self, version: TemplateVersion) -> str:
        return version_terms(version.pk).benefit.text()


class VersionPage(serializers.Serializer):
    results = VersionOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")


class CouponOut(serializers.Serializer):
    """A coupon in a wallet."""

    id = serializers.CharField(source="coupon.public_id")
    version = serializers.CharField(source="version.public_id")
    name = serializers.CharField(source="version.name")
    merchant = serializers.CharField(source="version.merchant", allow_null=True, default=None)
    kind = serializers.ChoiceField(TemplateVersion.Kind.choices, source="version.kind")
    benefit = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    got_by = serializers.ChoiceField(Coupon.Source.choices, source="coupon.source")
    valid_from = InstantField(source="coupon.valid_from")
    valid_until = InstantField(
        source="coupon.valid_until", help_text="exclusive: usable until just before it"
    )
    uses_left = serializers.IntegerField(source="coupon.uses_left")
    value_left_fen = serializers.IntegerField(
        source="coupon.value_left_fen",
        allow_null=True,
        help_text="what is left of a coupon that is used up in parts",
    )
    transferable = serializers.SerializerMethodField()
    leased_to = serializers.CharField(source="coupon.leased_to", allow_null=True, default=None)
    leased_until = InstantField(source="coupon.leased_until", allow_null=True)
    claimed_at = InstantField(source="coupon.claimed_at")
    exchange_undo_until = serializers.SerializerMethodField(
        help_text="until when it may be given back, unused, for the points it was exchanged for;"
        " null: not, or not any more"
    )

    def get_benefit(self, held: WalletCoupon) -> str:
        return version_terms(held.version.pk).benefit.text()

    def get_state(self, held: WalletCoupon) -> str:
        return state_now(held.coupon, clock.now())

    def get_exchange_undo_until(self, held: WalletCoupon) -> datetime | None:
        until = exchange_undo_until(held.coupon, clock.now())
        return until and until.astimezone(clock.SHANGHAI)

    def get_transferable(self, held: WalletCoupon) -> bool:
        return version_terms(held.version.pk).transferable and held.coupon.given_at is None


class CouponDetailOut(CouponOut):
    """The same with where, when and how it can be used."""

    terms = TermsOfUseOut()


class CouponPage(serializers.Serializer):
    results = CouponOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")


class UseOut(serializers.Serializer):
    """A coupon that was used at a counter, what it took off, and whether any of it was undone."""

    id = serializers.CharField(source="public_id")
    coupon = serializers.CharField(source="coupon.public_id")
    coupon_state = serializers.SerializerMethodField(
        help_text="what became of the coupon: live, used, expired, void, or given to a friend"
    )
    replaced_by = serializers.SerializerMethodField(
        help_text="the coupon granted instead when one that had ended was given back"
    )
    name = serializers.CharField(source="version.template.name")
    kind = serializers.ChoiceField(TemplateVersion.Kind.choices, source="version.kind")
    store = serializers.CharField(source="store.public_id")
    store_name = serializers.CharField(source="store.name")
    merchant = serializers.CharField(source="merchant.name")
    bill_no = serializers.CharField(source="bill.bill_no")
    bill_fen = serializers.IntegerField(source="bill.bill_fen", help_text="before any coupon")
    discount_fen = serializers.IntegerField(help_text="taken off the bill; of a gift nothing")
    refunded_fen = serializers.IntegerField(help_text="value of its goods that came back")
    value_back_fen = serializers.SerializerMethodField(
        help_text="of a coupon that is used up in parts: what came back as value of it or of another"
    )
    at = InstantField()
    reversed_at = InstantField(allow_null=True)
    reason = serializers.CharField(help_text="of the reversal, or empty")

    def get_value_back_fen(self, used: Redemption) -> int:
        return used.restored_fen + used.replaced_fen

    def get_coupon_state(self, used: Redemption) -> str:
        mine = used.coupon.member_id == used.member_id
        return state_now(used.coupon, clock.now()) if mine else GIVEN

    def get_replaced_by(self, used: Redemption) -> str | None:
        return next((coupon.public_id for coupon in used.replacements.all()), None)


class UsePage(serializers.Serializer):
    results = UseOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")


class CouponCodeOut(serializers.Serializer):
    """The rotating code to show at the counter; of a coupon leased to a store good as long as the lease."""

    code = serializers.CharField()
    svg = serializers.CharField(help_text="the code as a QR picture")
    expires_at = InstantField()
    server_time = InstantField(help_text="count down by this clock, not the phone's")


class PaperOut(serializers.Serializer):
    """A number and its PIN to print, told once."""

    code = serializers.CharField(help_text="123456789012-1234")


class GiftOut(serializers.Serializer):
    """What to send to a friend, good for a day."""

    code = serializers.CharField()


def rendered(serializer: type[serializers.Serializer], row: Any) -> Any:
    return cached_serializer(serializer).to_representation(row)
