"""What a purchase brings, and what a merger of members moves."""

from django.db import transaction
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
from district.kernel import audit, clock
from district.kernel.idempotency import Key
from district.kernel.models import Idem
from district.kernel.postgres import call, first_row
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


# Scope of the keys that say which receipt brought which coupon.
_FOR_RECEIPT = "coupon for receipt"


@transaction.atomic
def reward_receipt(*, receipt: int) -> int:
    """Give the member of a receipt what campaigns grant for such a purchase, once each; how many.

    A version with `gift_from_fen` grants one for a receipt of at least so many fen, goods that came back
    taken off, at a counter its scope names. Raises ClaimBusy, after which it may be called again.
    """
    _alone_with(receipt)
    told = loyalty.receipts().get(pk=receipt)
    versions = TemplateVersion.objects.filter(
        state=TemplateVersion.State.PUBLISHED, gift_from_fen__lte=told.paid_fen - told.refunded_fen
    )
    given = 0
    # In one order, because several hold their stock until the end.
    for version in versions.order_by("pk"):
        if not version_of(version.pk).rules.scope.holds_at(counter_of(told.store_id)):
            continue
        key = Key.of(_FOR_RECEIPT, _gift_key(version.template_id, receipt))
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


@transaction.atomic
def take_back_gifts(*, receipt: int) -> int:
    """Revoke what a receipt brought but, now that goods came back, would not bring; how many.

    Stock and budget return. What was used already stays used, and its payers bear it.
    """
    _alone_with(receipt)
    told = loyalty.receipts().get(pk=receipt)
    rewarding = TemplateVersion.objects.filter(gift_from_fen__isnull=False).order_by()
    keys = [
        _gift_key(template, receipt)
        for template in rewarding.values_list("template", flat=True).distinct()
    ]
    brought = Idem.objects.filter(scope=_FOR_RECEIPT, key__in=keys).values_list("result", flat=True)
    too_dear = Coupon.objects.filter(
        pk__in=list(brought), version__gift_from_fen__gt=told.paid_fen - told.refunded_fen
    )
    taken = 0
    for pk in too_dear.order_by("pk").values_list("pk", flat=True):
        if call("coupons_revoke", pk, clock.now()):
            audit.record(verb="take_back_gift", subject=f"coupons.coupon:{pk}", receipt=receipt)
            taken += 1
    return taken


def _alone_with(receipt: int) -> None:
    """Until the transaction ends, gifts of this receipt are given or taken back by nobody else: whoever
    comes second sees what the first did. The receipt's own row is the ledger's to lock, which holds
    accounts by then, and an exchange for points wants those while it holds stock."""
    first_row("select pg_advisory_xact_lock(hashtextextended(%s, %s))", _FOR_RECEIPT, receipt)


def _gift_key(template: int, receipt: int) -> str:
    return f"{template}:{receipt}"


def move_coupons(*, source: int, into: int) -> int:
    """After a merger the coupons of the closed account are the other's; how many moved.

    They keep their claimer, so the limits of the other account are what they were. Those that have
    ended move too: a reversal may bring one back to life. What the other account once gave away
    returns to its claimer.
    """
    return Coupon.objects.filter(member=source).update(
        member=into, given_at=Case(When(claimer=into, then=None), default=clock.now())
    )
