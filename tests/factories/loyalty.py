"""The smallest valid scenes of the ledger: a store with terms, a purchase, points to spend."""

from datetime import UTC, datetime, timedelta
from itertools import count

from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member
from district.merchants.models import Store
from loyalty import services as loyalty
from loyalty.models import Hold, ParkedRefund, Receipt, Refund, Transfer
from loyalty.procedures import hold, spend
from loyalty.queries import receipts
from loyalty.results import TransferResult
from loyalty.services.set_terms import EarningTerms
from loyalty.settlement.models import Cycle
from loyalty.values import HoldRequest, PostingContext, ReportedPurchase
from tests.factories.merchants import allied_store

LONG_AGO = datetime(2005, 1, 1, tzinfo=UTC)
_numbers = count(1)


def make_earning_store(earning_terms: EarningTerms | None = None) -> Store:
    """A store of the alliance that grants a point for each yuan, unless the arguments say otherwise.

    Its terms are as old as they may be: what is settled already stays without them.
    """
    store = allied_store()
    last = Cycle.objects.filter(state="closed").order_by("-number").first()
    loyalty.set_terms(
        merchant=store.merchant,
        earning_terms=earning_terms or EarningTerms(),
        start=last.ends_at if last else LONG_AGO,
    )
    return store


def remove_ceilings() -> None:
    """From now on nothing is counted that members share: for tests of other locks."""
    loyalty.set_alliance_policy(
        policy=loyalty.AlliancePolicyValues(
            receipt_ceiling_points=None,
            member_day_ceiling_points=None,
            key_day_ceiling_points=None,
            merchant_day_ceiling_points=None,
        ),
        start=clock.now(),
    )


def fresh_key(**terms) -> Key:
    return Key.of("test", f"k{next(_numbers)}", **terms)


def buy(
    member: Member,
    store: Store,
    *,
    fen: int,
    no: str = "",
    key: Key | None = None,
    paid_at: datetime | None = None,
) -> Receipt:
    """A purchase at the counter, posted now."""
    purchase = ReportedPurchase(
        receipt_no=no or f"B{next(_numbers)}",
        paid_fen=fen,
        paid_at=paid_at or clock.now(),
        source="till",
    )
    made = loyalty.earn_points(
        store=store, member=member, purchase=purchase, actor="till:1", key=key or fresh_key()
    )
    return receipts().get(pk=made.pk)


def pay_points(
    member: Member, store: Store, *, points: int, no: str = "", key: Key | None = None
) -> Transfer:
    """A spending below the visit: what the ledger itself does once the member is at the counter."""
    context = PostingContext(merchant=store.merchant_id, store=store.pk, actor="till:1")
    posted = spend(
        member=member.pk,
        context=context,
        points=points,
        request_no=no or f"P{next(_numbers)}",
        key=key or fresh_key(),
        at=clock.now(),
    )
    return Transfer.objects.get(pk=posted.pk)


def undo(
    transfer: Transfer,
    store: Store,
    *,
    points: int | None = None,
    reason: str = "扫错会员码",
    key: Key | None = None,
) -> TransferResult:
    return loyalty.reverse_transfer(
        transfer=transfer,
        store=store,
        reason=reason,
        actor="till:1",
        key=key or fresh_key(),
        points=points,
    )


def make_hold(
    member: Member,
    store: Store,
    *,
    points: int,
    minutes: int = 60,
    grace_days: int = 7,
    purpose: str = Hold.Purpose.TILL,
    no: str = "",
    key: Key | None = None,
) -> Hold:
    """A hold below the visit: what the ledger itself does once the member is at the counter."""
    at = clock.now()
    request = HoldRequest(
        points=points,
        request_no=no or f"H{next(_numbers)}",
        purpose=purpose,
        expires_at=at + timedelta(minutes=minutes),
        grace_days=grace_days,
    )
    context = PostingContext(merchant=store.merchant_id, store=store.pk, actor="till:1")
    pk = hold(member=member.pk, context=context, request=request, key=key or fresh_key(), at=at)
    return Hold.objects.get(pk=pk)


def ask_confirmation(
    member: Member, store: Store, *, points: int, minutes: int = 5, no: str = ""
) -> Hold:
    """A spending that waits for the member's word on the phone."""
    return make_hold(
        member, store, points=points, minutes=minutes, purpose=Hold.Purpose.CONFIRM, no=no
    )


def capture(held: Hold, *, points: int | None = None, key: Key | None = None) -> Hold:
    return loyalty.capture_hold(
        hold=held, points=points or held.points, actor="till:1", key=key or fresh_key()
    )


def void(held: Hold, *, key: Key | None = None) -> Hold:
    return loyalty.void_hold(hold=held, actor="till:1", key=key or fresh_key())


def make_refund(
    receipt: Receipt, *, fen: int | None = None, no: str = "", key: Key | None = None
) -> Refund:
    """A refund of a receipt: of all that is left of it, unless the arguments say otherwise."""
    left = receipt.paid_fen - Receipt.objects.get(pk=receipt.pk).refunded_fen
    refund = return_goods(receipt.store, receipt.receipt_no, fen=fen or left, no=no, key=key)
    assert isinstance(refund, Refund)
    return refund


def return_goods(
    store: Store, receipt_no: str, *, fen: int, no: str = "", key: Key | None = None
) -> Refund | ParkedRefund:
    """A refund as the till reports it, whether or not we know the receipt."""
    purchase_refund = loyalty.PurchaseRefund(
        receipt_store=store,
        receipt_no=receipt_no,
        refund_no=no or f"R{next(_numbers)}",
        fen=fen,
    )
    return loyalty.refund_purchase(
        store=store, purchase_refund=purchase_refund, actor="till:1", key=key or fresh_key()
    )
