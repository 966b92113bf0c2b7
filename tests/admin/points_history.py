"""What happens to points after they were earned: set aside, given back, owed and repaid, at a counter."""

from datetime import timedelta

from district.kernel import clock
from loyalty import procedures, values
from loyalty import services as loyalty
from loyalty.models import Hold, ParkedRefund, Receipt, Refund
from tests.factories.loyalty import buy, fresh_key, pay_points
from tests.factories.members import make_member


def make_hold(member, store, *, points, no, minutes=60, purpose="till") -> Hold:
    """A hold below the visit: what the ledger itself does once the member is at the counter."""
    context = values.PostingContext(merchant=store.merchant_id, store=store.pk, actor="till:0")
    request = values.HoldRequest(
        points=points,
        request_no=no,
        purpose=purpose,
        expires_at=clock.now() + timedelta(minutes=minutes),
        grace_days=7,
    )
    pk = procedures.hold(
        member=member.pk, context=context, request=request, key=fresh_key(), at=clock.now()
    )
    return Hold.objects.get(pk=pk)


def capture(hold, points) -> Hold:
    return loyalty.capture_hold(hold=hold, points=points, actor="till:0", key=fresh_key())


def make_refund(receipt: Receipt, *, fen, no) -> Refund:
    return loyalty.refund_receipt(
        receipt=receipt, store=receipt.store, refund_no=no, fen=fen, actor="till:0", key=fresh_key()
    )


def make_parked_refund(store, *, receipt_no, no, fen=1_000) -> ParkedRefund:
    purchase_refund = loyalty.PurchaseRefund(
        receipt_store=store, receipt_no=receipt_no, refund_no=no, fen=fen
    )
    return loyalty.refund_purchase(
        store=store, purchase_refund=purchase_refund, actor="till:0", key=fresh_key()
    )


def make_points_history(first, second) -> None:
    """Every kind of cause at two sides, each side's member a guest of the other one as well."""
    for side, other in ((first, second), (second, first)):
        name = side.merchant.name
        member = make_member(f"{name}的客")
        bought = buy(member, side.store, fen=10_000, no=f"{name}退货票")
        capture(make_hold(member, side.store, points=30, no=f"{name}预占一"), 20)
        make_hold(member, side.store, points=10, no=f"{name}预占二", minutes=600)
        # What was earned here is spent there; then the purchase is given back: a debt remains,
        # and the next purchase there repays it here.
        pay_points(member, other.store, points=50, no=f"{other.merchant.name}外客付")
        make_refund(bought, fen=9_900, no=f"{name}退货单")
        buy(member, other.store, fen=2_000, no=f"{other.merchant.name}抵还票")
        make_parked_refund(side.store, receipt_no=f"{name}没有的票", no=f"{name}待匹配")
        make_parked_refund(side.store, receipt_no=f"{name}迟到的票", no=f"{name}迟到退货")
        buy(make_member(f"{name}的迟客"), side.store, fen=3_000, no=f"{name}迟到的票")
