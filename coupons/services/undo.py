"""Reversal: a redemption reversed, goods of a bill given back."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from coupons import procedures
from coupons.engine import funding
from coupons.engine.bill import Bill, BillLine
from coupons.errors import RefundTooLarge, ReversalTooLate
from coupons.models import BillRefund, CouponBill, Redemption
from coupons.queries import version_terms
from coupons.queries.redemptions import redemptions
from district.kernel import clock, idempotency
from district.kernel.database.ids import new_id
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, replay_or_raise


@dataclass(frozen=True, slots=True)
class ReturnedGoods:
    """What of a bill came back: value before any coupon in fen, perhaps with the lines behind it."""

    refund_no: str
    fen: int
    lines: tuple[BillLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnedShare:
    """What of one redemption goes back with the goods, in fen."""

    redemption: Redemption
    eligible_fen: int
    returned_fen: int
    discount_fen: int


@dataclass(frozen=True, slots=True)
class BillRefundPreview:
    """What a refund comes to: `pay_back_fen` is what the shopper gets for the goods; `coupons_back` are
    the redemptions whose coupons can be used again because the whole bill came back."""

    goods_fen: int
    discount_fen: int
    shares: tuple[ReturnedShare, ...]
    coupons_back: bool

    @property
    def pay_back_fen(self) -> int:
        return self.goods_fen - self.discount_fen


def reverse_redemption(
    *, redemption: Redemption, reason: str, actor: str, key: Key, operator: bool = False
) -> Redemption:
    """Undo a redemption: its payers get back what they bear, and the coupon can be used again.

    On the same Shanghai day by the merchant, later only by the operator. A coupon that has ended by
    then is replaced by another for the template's number of days, if it grants any. One whose purchase
    no longer brings it is void.

    Raises KeyReused, RedemptionAlreadyReversed, ReversalTooLate.
    """
    at = clock.now()
    try:
        if not operator and clock.business_day(redemption.at) != clock.business_day(at):
            raise ReversalTooLate
    except DomainError as refusal:
        return redemptions().get(pk=replay_or_raise(key, refusal))
    terms = version_terms(redemption.version_id)
    pk = procedures.reverse(
        reversal=_reversal(redemption, reason, actor), terms=terms, key=key, at=at
    )
    return redemptions().get(pk=pk)


@transaction.atomic
def refund_bill(*, bill: CouponBill, goods: ReturnedGoods, actor: str, key: Key) -> BillRefund:
    """Goods came back: each redemption costs less in proportion to its eligible goods, to the fen and
    the same however often a part comes back; by as much the value of a coupon that is used up in parts
    grows again. When all of the bill is back, its redemptions are reversed and their coupons can be
    used again. What of the bill then no longer reaches a threshold
    changes nothing: the discount shrinks in proportion and no further.

    Raises KeyReused, RefundNumberUsed, RefundTooLarge.
    """
    earlier = idempotency.claim_key(key)
    if earlier is not None:
        return BillRefund.objects.select_related("bill").get(pk=earlier)
    at = clock.now()
    bill = CouponBill.objects.select_for_update(no_key=True).get(pk=bill.pk)
    preview = _refund_preview(bill, goods)
    pk = procedures.refund(
        bill=bill.pk,
        refund_no=goods.refund_no,
        goods_fen=goods.fen,
        discount_fen=preview.discount_fen,
        # Of all of the bill the reversal below gives back what is left.
        parts=[
            _refund_part(share, at, value_back=not preview.coupons_back) for share in preview.shares
        ],
        actor=actor,
        at=at,
    )
    if preview.coupons_back:
        for share in preview.shares:
            procedures.reverse_unkeyed(
                reversal=_reversal(share.redemption, goods.refund_no, actor),
                terms=version_terms(share.redemption.version_id),
                at=at,
            )
    idempotency.store_result(key, pk)
    return BillRefund.objects.select_related("bill").get(pk=pk)


def preview_bill_refund(*, bill: CouponBill, goods: ReturnedGoods) -> BillRefundPreview:
    """What `refund_bill` would come to, by the same calculation. Raises RefundTooLarge."""
    return _refund_preview(CouponBill.objects.get(pk=bill.pk), goods)


def _refund_preview(bill: CouponBill, goods: ReturnedGoods) -> BillRefundPreview:
    left = bill.bill_fen - bill.refunded_fen
    if goods.fen > left:
        raise RefundTooLarge(left_fen=left)
    whole = goods.fen == left
    live = redemptions().filter(bill=bill, reversed_at=None).order_by("pk")
    shares = _bounded(
        [_share(bill, goods, redemption, whole=whole) for redemption in live], goods.fen, left
    )
    return BillRefundPreview(
        goods_fen=goods.fen,
        discount_fen=sum(share.discount_fen for share in shares),
        shares=shares,
        coupons_back=whole,
    )


def _bounded(
    shares: list[ReturnedShare], goods_fen: int, left_fen: int
) -> tuple[ReturnedShare, ...]:
    """Nobody pays for bringing goods back, and nobody gets more back than was paid.

    Coupons for the same goods together, or the rounding of several, may take off more than goods were
    worth: then the last ones give back less, and the rest with later goods. What stays on the bill
    bears no more discount than it is worth: then the first ones give back more.
    """
    bounded = list(shares)
    on_bill = sum(
        share.redemption.discount_fen - share.redemption.returned_fen
        for share in shares
        if share.redemption.discount_fen
    )
    back = sum(share.discount_fen for share in shares)
    change = min(max(back, on_bill - (left_fen - goods_fen)), goods_fen) - back
    for index in range(len(shares)) if change > 0 else reversed(range(len(shares))):
        share = bounded[index]
        most = share.redemption.discount_fen - share.redemption.returned_fen
        if not share.redemption.discount_fen:
            continue
        new = min(max(share.discount_fen + change, 0), most)
        change -= new - share.discount_fen
        bounded[index] = replace(share, returned_fen=new, discount_fen=new)
    return tuple(bounded)


def _share(
    bill: CouponBill, goods: ReturnedGoods, redemption: Redemption, *, whole: bool
) -> ReturnedShare:
    """Of a coupon for some products only those count, where the till says which came back; else the
    goods are taken to be eligible in the proportion of the bill."""
    scope = version_terms(redemption.version_id).scope
    left = redemption.eligible_fen - redemption.refunded_fen
    if whole:
        eligible = left
    elif goods.lines and scope.needs_lines:
        back = Bill(goods.fen, goods.lines)
        eligible = min(back.eligible_fen(scope.products, scope.but_no_products), left)
    else:
        back_in_all = (bill.refunded_fen + goods.fen) * redemption.eligible_fen // bill.bill_fen
        eligible = max(min(back_in_all - redemption.refunded_fen, left), 0)
    in_all = redemption.refunded_fen + eligible
    returned = (
        redemption.cost_fen - redemption.returned_fen
        if whole
        # Below zero where more came back before than its own part.
        else max(
            funding.returned_fen(
                redemption.cost_fen, redemption.eligible_fen, in_all, redemption.returned_fen
            ),
            0,
        )
    )
    # A gift took nothing off the bill, so nothing of it is missing from what is paid back.
    on_bill = returned if redemption.discount_fen else 0
    return ReturnedShare(redemption, eligible, returned, on_bill)


def _refund_part(share: ReturnedShare, at: datetime, *, value_back: bool) -> procedures.RefundPart:
    redemption, terms = share.redemption, version_terms(share.redemption.version_id)
    until = procedures.replacement_valid_until(terms, at)
    value_back = value_back and terms.in_parts
    return procedures.RefundPart(
        redemption=redemption.pk,
        refunded_fen=redemption.refunded_fen + share.eligible_fen,
        returned_fen=redemption.returned_fen + share.returned_fen,
        funding=_funding_changes(share),
        replacement=new_id("cpn") if value_back else None,
        replaced_until=until.isoformat() if value_back and until else None,
    )


def _funding_changes(share: ReturnedShare) -> list[list[int]]:
    """What each party no longer bears: the split of the new cost less what it bears now. (Where a smaller
    cost is shared in another way a party may bear a fen more; what came back whole nobody bears.)"""
    redemption = share.redemption
    terms, merchant = version_terms(redemption.version_id), redemption.merchant_id
    cost = redemption.cost_fen - redemption.returned_fen - share.returned_fen
    old: dict[int, int] = {}
    for part in redemption.parts.all():
        old[part.party_id] = old.get(part.party_id, 0) + part.fen
    new = terms.split(cost, merchant, redemption.turn or 0) if share.returned_fen else old
    changes = {party: new.get(party, 0) - old.get(party, 0) for party in old | new}
    return [[party, change] for party, change in sorted(changes.items()) if change]


def _reversal(redemption: Redemption, reason: str, actor: str) -> procedures.Reversal:
    return procedures.Reversal(
        redemption=redemption.pk, reference=new_id("rvr"), reason=reason, actor=actor
    )
