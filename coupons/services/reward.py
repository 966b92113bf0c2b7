"""What a purchase brings, and what a merger of members moves."""

from django.db.models import Case, When

from coupons.errors import (
    ClaimLimitOfTheDayReached,
    ClaimLimitReached,
    ClaimNotBegun,
    ClaimOver,
    CouponSoldOut,
    CouponSoldOutToday,
)
from coupons.models import Coupon, TemplateVersion
from coupons.queries import version_of
from coupons.queries.counter import counter_of
from coupons.services.claim import issue_coupon
from district.kernel import clock
from district.kernel.idempotency import Key
from loyalty import queries as loyalty

# What speaks against one gift must not keep the others, or the event, waiting.
_NOT_TO_BE_HAD = (
    ClaimLimitOfTheDayReached,
    ClaimLimitReached,
    ClaimNotBegun,
    ClaimOver,
    CouponSoldOut,
    CouponSoldOutToday,
)


def reward_receipt(*, receipt: int) -> int:
    """Give the member of a receipt what campaigns grant for such a purchase, once each; how many.

    A version with `gift_from_fen` grants one for a receipt of at least so many fen at a counter its
    scope names. Raises ClaimBusy, after which it may be called again.
    """
    told = loyalty.receipts().get(pk=receipt)
    versions = TemplateVersion.objects.filter(
        state=TemplateVersion.State.PUBLISHED, gift_from_fen__lte=told.paid_fen
    )
    given = 0
    for version in versions:
        if not version_of(version.pk).rules.scope.holds_at(counter_of(told.store_id)):
            continue
        key = Key.of("coupon for receipt", f"{version.template_id}:{receipt}")
        try:
            issue_coupon(
                version=version,
                member=told.account.member,
                source=Coupon.Source.RECEIPT,
                key=key,
            )
        except _NOT_TO_BE_HAD:
            continue
        given += 1
    return given


def move_coupons(*, source: int, into: int) -> int:
    """After a merger the coupons of the closed account are the other's; how many moved.

    They keep their claimer, so the limits of the other account are what they were. Those that have
    ended move too: a reversal may bring one back to life. What the other account once gave away
    returns to its claimer.
    """
    return Coupon.objects.filter(member=source).update(
        member=into, given_at=Case(When(claimer=into, then=None), default=clock.now())
    )
