"""What a redemption came to, put together from what its verb knows, without reading it back."""

from collections.abc import Sequence
from datetime import datetime

from coupons.evaluation import BillEvaluation, Evaluation
from coupons.models import (
    Coupon,
    CouponBill,
    CouponTemplate,
    FundingPart,
    Redemption,
    RedemptionRequest,
    TemplateVersion,
)
from coupons.procedures import RedeemContext, RedeemResult, RedemptionLine
from coupons.queries.redemptions import set_prefetched
from district.kernel.database.postgres import partial_instance
from district.merchants.models import Merchant


def redemption_result(
    made: RedeemResult,
    context: RedeemContext,
    request_no: str,
    uses: Sequence[RedemptionLine],
    bill_evaluation: BillEvaluation,
    *,
    offline: bool,
    at: datetime,
) -> RedemptionRequest:
    """The request just written, as `full_request` would read it."""
    bill = partial_instance(
        CouponBill,
        id=made.bill,
        store_id=context.store,
        bill_no=context.bill_no,
        bill_fen=context.bill_fen,
        seq=context.bill_seq + 1,
        discount_fen=made.off,
        refunded_fen=0,
    )
    request = partial_instance(
        RedemptionRequest,
        id=made.request,
        merchant_id=context.merchant,
        request_no=request_no,
        bill_id=made.bill,
        actor=context.actor,
        at=at,
    )
    request.bill = bill
    of_coupon = {evaluation.card.pk: evaluation for evaluation in bill_evaluation.evaluations}
    redemptions = []
    for pk, use in zip(made.redemptions, sorted(uses, key=lambda use: use.coupon), strict=True):
        redemption = partial_instance(
            Redemption,
            id=pk,
            public_id=use.public_id,
            request_id=made.request,
            bill_id=made.bill,
            merchant_id=context.merchant,
            store_id=context.store,
            coupon_id=use.coupon,
            version_id=use.version,
            member_id=use.member,
            single_use=use.single,
            eligible_fen=use.eligible,
            discount_fen=use.discount,
            cost_fen=use.cost,
            turn=use.turn,
            refunded_fen=0,
            returned_fen=0,
            offline=offline,
            pass_made_at=use.shown_by_pass and datetime.fromisoformat(use.shown_by_pass),
            at=at,
            reversed_at=None,
        )
        redemption.request, redemption.bill = request, bill
        _name(redemption, of_coupon[use.coupon])
        set_prefetched(redemption, "parts", [_part(pk, part, made) for part in use.parts])
        redemptions.append(redemption)
    set_prefetched(request, "redemptions", redemptions)
    return request


def _name(redemption: Redemption, evaluations: Evaluation) -> None:
    terms = evaluations.terms
    redemption.coupon = partial_instance(
        Coupon, id=evaluations.card.pk, public_id=evaluations.card.public_id
    )
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
