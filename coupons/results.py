"""What a redemption came to, put together from what its verb knows, without reading it back."""

from collections.abc import Sequence

from coupons.engine.coupon import RedemptionLine
from coupons.models import (
    Coupon,
    CouponBill,
    CouponTemplate,
    FundingPart,
    Redemption,
    RedemptionRequest,
    TemplateVersion,
)
from coupons.procedures import RedeemRequest, RedeemResult
from coupons.queries.redemptions import set_prefetched
from district.kernel.database.postgres import partial_instance
from district.merchants.models import Merchant


def redemption_result(
    made: RedeemResult, request: RedeemRequest, lines: Sequence[RedemptionLine]
) -> RedemptionRequest:
    """The request just written, as `full_request` would read it."""
    store = request.store
    bill = partial_instance(
        CouponBill,
        id=made.bill,
        store_id=store.pk,
        bill_no=request.bill.bill_no,
        bill_fen=request.bill.fen,
        seq=made.bill_seq,
        discount_fen=made.off,
        refunded_fen=0,
    )
    row = partial_instance(
        RedemptionRequest,
        id=made.request,
        merchant_id=store.merchant_id,
        request_no=request.request_no,
        bill_id=made.bill,
        actor=request.actor,
        at=request.at,
    )
    row.bill = bill
    redemptions = []
    in_order = sorted(lines, key=lambda line: line.coupon.pk)
    for pk, line in zip(made.redemptions, in_order, strict=True):
        redemption = partial_instance(
            Redemption,
            id=pk,
            public_id=line.public_id,
            request_id=made.request,
            bill_id=made.bill,
            merchant_id=store.merchant_id,
            store_id=store.pk,
            coupon_id=line.coupon.pk,
            version_id=line.terms.pk,
            member_id=line.coupon.member,
            single_use=line.terms.single_use,
            eligible_fen=line.evaluation.eligible_fen,
            discount_fen=line.discount_fen,
            cost_fen=line.cost_fen,
            turn=line.coupon.turn,
            refunded_fen=0,
            returned_fen=0,
            offline=request.offline,
            pass_made_at=line.pass_made_at,
            at=request.at,
            reversed_at=None,
        )
        redemption.request, redemption.bill = row, bill
        _name(redemption, line)
        parts = line.funding_parts(store.merchant_id)
        set_prefetched(redemption, "parts", [_part(pk, part, made) for part in parts])
        redemptions.append(redemption)
    set_prefetched(row, "redemptions", redemptions)
    return row


def _name(redemption: Redemption, line: RedemptionLine) -> None:
    coupon, terms = line.coupon, line.terms
    redemption.coupon = partial_instance(Coupon, id=coupon.pk, public_id=coupon.public_id)
    redemption.version = partial_instance(TemplateVersion, id=terms.pk, template_id=terms.template)
    redemption.version.template = partial_instance(
        CouponTemplate, id=terms.template, name=terms.name
    )


def _part(redemption: int, part: list[int], made: RedeemResult) -> FundingPart:
    party, fen = part
    public_id, name = made.parties[party]
    known = partial_instance(FundingPart, redemption_id=redemption, party_id=party, fen=fen)
    known.party = partial_instance(Merchant, id=party, public_id=public_id, name=name)
    return known
