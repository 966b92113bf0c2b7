"""Refund of a bill as a whole: money, points spent on it and earned by it, coupons and gifts, in one act."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from coupons.engine.bill import BillLine
from coupons.errors import BillAlreadyRefunded, BillSpendingUnknown, RefundTooLarge
from coupons.models import BillRefund, Coupon, CouponBill, Redemption, WholeBillRefund
from coupons.services.reward import take_back_gifts
from coupons.services.undo import ReturnedGoods, preview_bill_refund, refund_bill
from district.kernel import clock, idempotency
from district.kernel.database.ids import new_id
from district.kernel.database.postgres import first_row, translate_database_errors
from district.kernel.errors import NotFound
from district.kernel.idempotency import Key
from district.merchants.models import Store
from loyalty import queries as loyalty_queries
from loyalty import services as loyalty
from loyalty.queries import BillSpending

_SCOPE = "whole bill refund"


@dataclass(frozen=True, slots=True)
class ReturnedBill:
    """What comes back: goods at their price before coupons and points in fen, None for all that are still
    there, perhaps with the lines behind it. `request_nos` are the till's numbers of spendings and holds on
    this bill, beside those that bear the bill's own number."""

    bill_no: str
    refund_no: str
    goods_fen: int | None = None
    lines: tuple[BillLine, ...] = ()
    request_nos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _BillBalance:
    """What is still there of a bill. `receipt` and `coupons` may be missing; amounts are fen."""

    coupons: CouponBill | None
    receipt: Any
    spent: Sequence[BillSpending]
    held: Sequence[Any]
    goods_fen: int
    discount_fen: int
    paid_fen: int
    worth_fen: int


@dataclass(frozen=True, slots=True)
class _RefundPlan:
    """What goes back; `returned` are points by spending."""

    goods_fen: int
    returned: tuple[tuple[BillSpending, int], ...]
    pay_back_fen: int
    whole: bool


@transaction.atomic
def refund_whole_bill(
    *, store: Store, returned: ReturnedBill, actor: str, key: Key
) -> WholeBillRefund:
    """Give back all that is still there of a bill, or some of its goods, in one transaction.

    Of the goods that come back coupons keep their part (`refund_bill`); what was paid for the rest goes
    back as it was paid: points to their lots, in proportion, and the rest in money. The points that the
    money had earned are taken back, and gifts that what is left would not have brought. Points set aside
    for the bill are released when it is back as a whole. Repeating the key gives the first answer.

    Raises AccountMerged, BillAlreadyRefunded, BillSpendingUnknown, HoldNotOpen, KeyReused, NotFound for a
    bill nobody has reported, RefundAlreadyPosted, RefundExceedsPayment, RefundNumberUsed, RefundTooLarge,
    TransferNotReversible, WholeRefundNumberUsed.
    """
    earlier = idempotency.claim_key(key)
    if earlier is not None:
        return WholeBillRefund.objects.select_related("store").get(pk=earlier)
    # Two refunds of one bill come one after the other, also where no row of it is ours to lock.
    first_row("select pg_advisory_xact_lock(hashtextextended(%s, %s))", returned.bill_no, store.pk)
    there = _bill_balance(store, returned)
    refund_plan = _refund_plan(there, returned)
    done = WholeBillRefund(
        public_id=new_id("wbr"),
        store=store,
        bill_no=returned.bill_no,
        refund_no=returned.refund_no,
        goods_fen=refund_plan.goods_fen,
        points_worth_fen=sum(spent.worth_fen(points) for spent, points in refund_plan.returned),
        pay_back_fen=refund_plan.pay_back_fen,
        points_returned=sum(points for _, points in refund_plan.returned),
        actor=actor,
        at=clock.now(),
    )
    # Coupons before points: an exchange holds budgets and stock when it asks for an account.
    coupons = _coupons_back(done, there, returned)
    spendings = _points_back(done, refund_plan)
    holds = [_released(done, hold) for hold in there.held] if refund_plan.whole else []
    posted = _receipt_refunded(done)
    gifts = _gifts_back(there)
    done.answer = {
        "coupons": coupons,
        "gifts": gifts,
        "spendings": spendings,
        "holds": holds,
        "receipt": posted,
    }
    with translate_database_errors():
        done.save(force_insert=True)
    idempotency.store_result(key, done.pk)
    return done


def preview_whole_bill_refund(
    *, store: Store, returned: ReturnedBill, actor: str
) -> WholeBillRefund:
    """What `refund_whole_bill` would do at this moment: it is done, looked at and rolled back.

    Raises what it raises.
    """
    with transaction.atomic():
        done = refund_whole_bill(
            store=store,
            returned=returned,
            actor=actor,
            key=Key.of(f"{_SCOPE} preview", secrets.token_hex(16)),
        )
        transaction.set_rollback(True)
    return done


def _bill_balance(store: Store, returned: ReturnedBill) -> _BillBalance:
    """Raises BillAlreadyRefunded, BillSpendingUnknown, NotFound."""
    bill = (
        CouponBill.objects.select_for_update(no_key=True)
        .filter(store=store, bill_no=returned.bill_no)
        .first()
    )
    receipt = loyalty_queries.receipt_of(store.pk, returned.bill_no)
    numbers = {returned.bill_no, *returned.request_nos}
    spent = loyalty_queries.bill_spendings(store, numbers)
    held = list(loyalty_queries.bill_holds(store, numbers))
    found = {spending.transfer.reference for spending in spent} | {hold.request_no for hold in held}
    for number in returned.request_nos:
        if number not in found:
            raise BillSpendingUnknown(request_no=number)
    if bill is None and receipt is None and not spent:
        raise NotFound
    live = Redemption.objects.filter(bill=bill, reversed_at=None, discount_fen__gt=0)
    discount = sum(used.discount_fen - used.returned_fen for used in live) if bill else 0
    worth = sum(spending.worth_fen() for spending in spent)
    if receipt is not None:
        paid = receipt.paid_fen - receipt.refunded_fen
    else:
        assert bill is not None or spent
        paid = max(bill.bill_fen - bill.refunded_fen - discount - worth, 0) if bill else 0
    goods = bill.bill_fen - bill.refunded_fen if bill else paid + worth
    left = (goods, paid, *(spending.points for spending in spent))
    if not any(left) and not held:
        raise BillAlreadyRefunded
    return _BillBalance(bill, receipt, spent, held, goods, discount, paid, worth)


def _refund_plan(there: _BillBalance, returned: ReturnedBill) -> _RefundPlan:
    """Raises RefundTooLarge."""
    goods = there.goods_fen if returned.goods_fen is None else returned.goods_fen
    if goods > there.goods_fen:
        raise RefundTooLarge(left_fen=there.goods_fen)
    if goods == there.goods_fen:
        whole = tuple((spending, spending.points) for spending in there.spent if spending.points)
        return _RefundPlan(goods, whole, there.paid_fen, whole=True)
    discount = 0
    if there.coupons is not None:
        parts = ReturnedGoods(returned.refund_no, goods, returned.lines)
        discount = preview_bill_refund(bill=there.coupons, goods=parts).discount_fen
    # Of what was paid for all goods, in money and points, so much was paid for these.
    net, of_all = goods - discount, there.goods_fen - there.discount_fen
    part = (net, of_all) if of_all else (0, 1)
    back = _in_proportion(there.spent, part)
    due = (there.paid_fen + there.worth_fen) * part[0] // part[1]
    money = due - sum(spending.worth_fen(points) for spending, points in back)
    return _RefundPlan(goods, back, min(max(money, 0), there.paid_fen), whole=False)


def _in_proportion(
    spent: Sequence[BillSpending], part: tuple[int, int]
) -> tuple[tuple[BillSpending, int], ...]:
    """Points for a part of what was paid, rounded down, the newest spending first."""
    left = sum(spending.points for spending in spent) * part[0] // part[1]
    back = []
    for spending in spent:
        taken = min(left, spending.points)
        left -= taken
        if taken:
            back.append((spending, taken))
    return tuple(back)


def _coupons_back(
    done: WholeBillRefund, there: _BillBalance, returned: ReturnedBill
) -> list[dict[str, Any]]:
    """Each coupon of the bill: what of its discount went with the goods, and how it stands now."""
    done.discount_fen = 0
    if there.coupons is None or not done.goods_fen:
        return []
    live = list(Redemption.objects.filter(bill=there.coupons, reversed_at=None).order_by("pk"))
    refund: BillRefund = refund_bill(
        bill=there.coupons,
        goods=ReturnedGoods(done.refund_no, done.goods_fen, returned.lines),
        actor=done.actor,
        key=Key.of(f"{_SCOPE} coupons", done.public_id),
    )
    done.discount_fen = refund.discount_fen
    after = Redemption.objects.in_bulk([redemption.pk for redemption in live])
    rows = Coupon.objects.select_related("version__template").in_bulk(
        [redemption.coupon_id for redemption in live]
    )
    return [
        {
            "redemption": redemption.public_id,
            "coupon": rows[redemption.coupon_id].public_id,
            "name": rows[redemption.coupon_id].version.template.name,
            "returned_fen": after[redemption.pk].returned_fen - redemption.returned_fen,
            "state": rows[redemption.coupon_id].state,
            "value_left_fen": rows[redemption.coupon_id].value_left_fen,
        }
        for redemption in live
    ]


def _points_back(done: WholeBillRefund, refund_plan: _RefundPlan) -> list[dict[str, Any]]:
    back = []
    for spending, points in refund_plan.returned:
        loyalty.reverse_transfer(
            transfer=spending.transfer,
            store=done.store,
            reason=f"退货 {done.refund_no}",
            actor=done.actor,
            key=Key.of(f"{_SCOPE} spending", f"{done.public_id}:{spending.transfer.pk}"),
            # The whole of a spending is one reversal; a part is one of several.
            points=None if points == spending.spent else points,
        )
        back.append(
            {
                "transfer": spending.transfer.public_id,
                "request_no": spending.transfer.reference,
                "points": points,
                "worth_fen": spending.worth_fen(points),
            }
        )
    return back


def _released(done: WholeBillRefund, hold: Any) -> dict[str, Any]:
    key = Key.of(f"{_SCOPE} hold", f"{done.public_id}:{hold.pk}")
    loyalty.void_hold(hold=hold, actor=done.actor, key=key)
    return {"hold": hold.public_id, "request_no": hold.request_no, "points": hold.points}


def _receipt_refunded(done: WholeBillRefund) -> str:
    """Take back what the money had earned: `posted`, or `parked` until its receipt comes, or `none`."""
    done.points_taken = done.points_owed = 0
    if not done.pay_back_fen:
        return "none"
    posted: Any = loyalty.refund_purchase(
        store=done.store,
        purchase_refund=loyalty.PurchaseRefund(
            receipt_store=done.store,
            receipt_no=done.bill_no,
            refund_no=done.refund_no,
            fen=done.pay_back_fen,
        ),
        actor=done.actor,
        key=Key.of(f"{_SCOPE} receipt", done.public_id),
    )
    if not hasattr(posted, "owed"):
        return "parked"
    done.points_owed = posted.owed
    done.points_taken = posted.own + posted.other + posted.owed
    return "posted"


def _gifts_back(there: _BillBalance) -> list[dict[str, Any]]:
    """Coupons that the purchase had brought and its rest would not have brought."""
    if there.receipt is None:
        return []
    live = Coupon.objects.filter(
        claimer=there.receipt.account_id, source=Coupon.Source.RECEIPT, state=Coupon.State.LIVE
    )
    brought = list(live.values_list("pk", flat=True))
    take_back_gifts(receipt=there.receipt.pk)
    gone = Coupon.objects.filter(pk__in=brought, state=Coupon.State.VOID)
    return [
        {"coupon": coupon.public_id, "name": coupon.version.template.name}
        for coupon in gone.select_related("version__template").order_by("pk")
    ]
