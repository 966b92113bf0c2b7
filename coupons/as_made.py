"""What a redemption came to, put together from what its verb knows, without reading it back."""

from collections.abc import Sequence
from datetime import datetime

from coupons.judgement import Judged, Sight
from coupons.models import (
    Coupon,
    CouponBill,
    CouponTemplate,
    FundingPart,
    Redemption,
    RedemptionRequest,
    TemplateVersion,
)
from coupons.queries.redemptions import known_all
from coupons.vouchers import Desk, Redeemed, Use
from district.kernel.postgres import known_row
from district.merchants.models import Merchant


def as_made(
    made: Redeemed,
    desk: Desk,
    request_no: str,
    uses: Sequence[Use],
    sight: Sight,
    *,
    offline: bool,
    at: datetime,
) -> RedemptionRequest:
    """The request just written, as `request_with_all` would read it."""
    bill = known_row(
        CouponBill,
        id=made.bill,
        store_id=desk.store,
        bill_no=desk.bill_no,
        bill_fen=desk.bill_fen,
        seq=desk.bill_seq + 1,
        discount_fen=made.off,
        refunded_fen=0,
    )
    request = known_row(
        RedemptionRequest,
        id=made.request,
        merchant_id=desk.merchant,
        request_no=request_no,
        bill_id=made.bill,
        actor=desk.actor,
        at=at,
    )
    request.bill = bill
    of_coupon = {one.card.pk: one for one in sight.judged}
    redemptions = []
    for pk, use in zip(made.redemptions, sorted(uses, key=lambda use: use.coupon), strict=True):
        redemption = known_row(
            Redemption,
            id=pk,
            public_id=use.public_id,
            request_id=made.request,
            bill_id=made.bill,
            merchant_id=desk.merchant,
            store_id=desk.store,
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
        known_all(redemption, "parts", [_part(pk, part, made) for part in use.parts])
        redemptions.append(redemption)
    known_all(request, "redemptions", redemptions)
    return request


def _name(redemption: Redemption, judged: Judged) -> None:
    said = judged.said
    redemption.coupon = known_row(Coupon, id=judged.card.pk, public_id=judged.card.public_id)
    redemption.version = known_row(TemplateVersion, id=said.pk, template_id=said.template)
    redemption.version.template = known_row(CouponTemplate, id=said.template, name=said.name)


def _part(redemption: int, part: list[int], made: Redeemed) -> FundingPart:
    party, fen = part
    public_id, name = made.parties[party]
    known = known_row(FundingPart, redemption_id=redemption, party_id=party, fen=fen)
    known.party = known_row(Merchant, id=party, public_id=public_id, name=name)
    return known
