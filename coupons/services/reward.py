"""What a purchase brings, and what a merger of members moves."""

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Case, F, When

from coupons.errors import (
    BudgetUsedUp,
    ClaimLimitReached,
    ClaimNotBegun,
    ClaimOver,
    CouponSoldOut,
    CouponSoldOutToday,
    DailyClaimLimitReached,
)
from coupons.models import Coupon, ReceiptReward, TemplateVersion
from coupons.queries import version_terms
from coupons.queries.counter import counter_of
from coupons.services.claim import issue_coupon
from district.kernel import audit, clock
from district.kernel.database.postgres import call, first_row
from district.kernel.idempotency import Key
from district.kernel.outbox.events import wake_worker_on_commit
from loyalty import queries as loyalty

if TYPE_CHECKING:
    from loyalty.models import Receipt

# What speaks against one gift must not keep the others, or the event, waiting.
_UNAVAILABLE = (
    BudgetUsedUp,
    DailyClaimLimitReached,
    ClaimLimitReached,
    ClaimNotBegun,
    ClaimOver,
    CouponSoldOut,
    CouponSoldOutToday,
)


# Scope of the keys under which coupons for receipts are claimed.
_FOR_RECEIPT = "coupon for receipt"
# More purchases that wait for one freed gift nobody has.
_MOST_KEPT = 100


@transaction.atomic
def reward_receipt(*, receipt: int) -> int:
    """Give the member of a receipt what campaigns grant for such a purchase, once each; how many.

    A version with `gift_from_fen` grants one for a receipt of at least so many fen, goods that came back
    taken off, at a counter its scope names. It goes to whoever the member is now, after a merger. Which
    templates rewarded a receipt is kept for ever, so a repetition brings nothing however late it comes.
    Raises ClaimBusy, after which it may be called again.
    """
    _lock_receipt(receipt)
    bought = loyalty.receipts().get(pk=receipt)
    versions = TemplateVersion.objects.filter(
        state=TemplateVersion.State.PUBLISHED,
        gift_from_fen__lte=bought.paid_fen - bought.refunded_fen,
    )
    # In one order, because several hold their stock until the end.
    return sum(_reward(bought, version) for version in versions.order_by("pk"))


@transaction.atomic
def reward_kept_purchases(*, receipt: int, template: int) -> int:
    """A gift of this receipt was taken back unused, as if it had never been given: the oldest other
    purchase of the member that would have brought one of the template, but for the limits, brings it
    now; how many, at most one.

    Only purchases since the version was published are asked. Raises ClaimBusy, after which it may be
    called again.
    """
    version = TemplateVersion.objects.filter(
        state=TemplateVersion.State.PUBLISHED, template=template, gift_from_fen__isnull=False
    ).first()
    if version is None:
        return 0
    back = loyalty.receipts().get(pk=receipt)
    rewarded = ReceiptReward.objects.filter(template=template).values("receipt")
    kept = (
        loyalty.receipts()
        .filter(
            account__in={back.account_id, loyalty.surviving_member_of(back.account.member).pk},
            at__gte=version.decided_at,
            paid_fen__gte=version.gift_from_fen + F("refunded_fen"),
        )
        .exclude(pk__in=rewarded)
    )
    for pk in list(kept.order_by("pk").values_list("pk", flat=True)[:_MOST_KEPT]):
        _lock_receipt(pk)
        bought = loyalty.receipts().get(pk=pk)
        if _still_due(bought, version) and _reward(bought, version):
            return 1
    return 0


def _still_due(bought: "Receipt", version: TemplateVersion) -> bool:
    assert version.gift_from_fen is not None
    return bought.paid_fen - bought.refunded_fen >= version.gift_from_fen


def _reward(bought: "Receipt", version: TemplateVersion) -> bool:
    """Give the coupon of a version for a receipt that is locked and large enough; whether it was."""
    reward = {"receipt": bought, "template_id": version.template_id}
    if not version_terms(version.pk).scope.holds_at(counter_of(bought.store_id)):
        return False
    if ReceiptReward.objects.filter(**reward).exists():
        return False
    try:
        coupon = issue_coupon(
            version=version,
            member=loyalty.surviving_member_of(bought.account.member),
            source=Coupon.Source.RECEIPT,
            key=Key.of(_FOR_RECEIPT, f"{version.template_id}:{bought.pk}"),
        )
    except _UNAVAILABLE:
        return False
    ReceiptReward.objects.create(**reward, coupon_id=coupon.pk, at=clock.now())
    return True


@transaction.atomic
def take_back_gifts(*, receipt: int) -> int:
    """Withdraw what a receipt brought but, now that goods came back, would not bring; how many coupons.

    So are those granted instead of one that had ended, and one that has expired unused. Of a coupon
    with several uses or a value what is left ends; what was used stays used, and its payers bear it.
    One of which no use stands gives stock, budget and limits back, at once or when its use is undone.
    """
    _lock_receipt(receipt)
    bought = loyalty.receipts().get(pk=receipt)
    brought = ReceiptReward.objects.filter(
        receipt=receipt, coupon__version__gift_from_fen__gt=bought.paid_fen - bought.refunded_fen
    )
    taken = 0
    for root in brought.order_by("coupon").values_list("coupon", flat=True):
        for pk in _family(root):
            if call("coupons_withdraw", pk, clock.now()):
                audit.record(verb="take_back_gift", subject=f"coupons.coupon:{pk}", receipt=receipt)
                taken += 1
    wake_worker_on_commit()
    return taken


def _family(root: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select coupons_family(%s)", [root])
        return [pk for (pk,) in cursor.fetchall()]


def _lock_receipt(receipt: int) -> None:
    """Until the transaction ends, gifts of this receipt are given or taken back by nobody else: whoever
    comes second sees what the first did. The receipt's own row is the ledger's to lock, which holds
    accounts by then, and an exchange for points wants those while it holds stock."""
    first_row("select pg_advisory_xact_lock(hashtextextended(%s, %s))", _FOR_RECEIPT, receipt)


def move_coupons(*, source: int, into: int) -> int:
    """After a merger the coupons of the closed account are the other's; how many moved.

    They keep their claimer, so the limits of the other account are what they were. Those that have
    ended move too: a reversal may bring one back to life. What the other account once gave away
    returns to its claimer.
    """
    return Coupon.objects.filter(member=source).update(
        member=into, given_at=Case(When(claimer=into, then=None), default=clock.now())
    )
