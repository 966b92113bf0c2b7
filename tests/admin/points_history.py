"""What happens to points after they were earned: set aside, given back, owed and repaid, at a counter."""

from datetime import timedelta

from district.kernel import clock
from loyalty import procedures, values
from loyalty import services as loyalty
from loyalty.models import Hold, ParkedRefund, Receipt, Refund
from tests.factories.loyalty import buy, fresh_key, pay_points, undo
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


def make_postings(two_merchants) -> None:
    """Every kind of posting, across both merchants."""
    member, (first, second) = two_merchants.member, two_merchants.sides
    with clock.travel_to(clock.real_now() - timedelta(days=3)):
        for number, side in enumerate((first, second, first, second)):
            side.receipts.append(
                buy(member, side.store, fen=10_000, no=f"{side.merchant.name}{number}")
            )
        # The oldest points go first: 甲's own and 乙's are both drawn on, at both.
        pay_points(member, second.store, points=150, no=f"{second.merchant.name}付")
        undone = pay_points(member, first.store, points=60, no=f"{first.merchant.name}付")
        undo(undone, first.store)
        undo(
            buy(member, second.store, fen=500, no=f"{second.merchant.name}退").transfer,
            second.store,
        )
    with clock.travel_to(clock.real_now() - timedelta(hours=2)):
        make_points_history(first, second)
    long_ago = clock.real_now() - timedelta(days=800)
    other = make_member("过期的客")
    with clock.travel_to(long_ago):
        buy(other, first.store, fen=3_000, no="甲记旧票")
        buy(other, second.store, fen=3_000, no="乙家旧票")
    loyalty.sweep_accounts()


def make_decisions(two_merchants) -> None:
    """What people decide: rules, money paid beforehand, adjustments of either merchant, an audit."""
    proposer, decider = two_merchants.root, two_merchants.operator
    loyalty.set_alliance_policy(
        policy=loyalty.AlliancePolicyValues(confirm_from=5_000), start=clock.now(), by=decider
    )
    for side in two_merchants.sides:
        name = side.merchant.name
        budget = loyalty.open_budget(
            merchant=side.merchant, fen=50_000, reference=f"{name}汇款", by=decider, key=fresh_key()
        )
        loyalty.withdraw_prefund(
            budget=budget, fen=100, reference=f"{name}退款", by=decider, key=fresh_key()
        )
        for approve in (True, None):
            adjustment = loyalty.propose_adjustment(
                member=two_merchants.member,
                merchant=side.merchant,
                points=5,
                reason=f"{name}补分",
                by=proposer,
                key=fresh_key(),
            )
            if approve:
                loyalty.decide_adjustment(
                    adjustment=adjustment, approve=True, by=decider, key=fresh_key()
                )
    loyalty.run_audit()


def make_ceilings(side, *, by) -> None:
    """Ceilings of the merchant's own, a receipt above them that was refused, and wider ones since."""
    name = side.merchant.name
    with clock.travel_to(clock.real_now() - timedelta(days=1)):
        loyalty.set_ceilings(
            merchant=side.merchant,
            ceilings=loyalty.Ceilings(receipt_points=50),
            start=clock.now(),
            by=by,
        )
        receipt = buy(make_member(f"{name}的大客"), side.store, fen=16_000, no=f"{name}大票")
        loyalty.refuse_earning(review=receipt.review, by=by, key=fresh_key(), note="金额录错")
    with clock.travel_to(clock.real_now() - timedelta(hours=12)):
        loyalty.set_ceilings(
            merchant=side.merchant,
            ceilings=loyalty.Ceilings(merchant_day_points=2_000_000),
            start=clock.now(),
            by=by,
        )
