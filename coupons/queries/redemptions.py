"""Redemptions by the names that tills and people know them by."""

import json

from django.db.models import QuerySet

from coupons.models import Coupon, CouponBill, Redemption, RedemptionRequest
from coupons.results import RedeemedCoupon, RedemptionResult, funding_shares
from district.kernel.database.postgres import named_rows
from district.kernel.errors import NotFound
from district.members.models import Member
from district.merchants.models import Store


def redemptions() -> QuerySet[Redemption]:
    """Redemptions with all that their answer shows."""
    return Redemption.objects.select_related(
        "bill", "coupon", "version__template"
    ).prefetch_related("parts__party")


def redeemed_coupon(redemption: Redemption) -> RedeemedCoupon:
    """What the answer shows of one of `redemptions`."""
    return RedeemedCoupon(
        pk=redemption.pk,
        public_id=redemption.public_id,
        coupon=redemption.coupon.public_id,
        version=redemption.version_id,
        name=redemption.version.template.name,
        bill_no=redemption.bill.bill_no,
        discount_fen=redemption.discount_fen,
        cost_fen=redemption.cost_fen,
        funding=funding_shares(
            (part.party.public_id, part.party.name, part.fen) for part in redemption.parts.all()
        ),
        at=redemption.at,
        reversed_at=redemption.reversed_at,
    )


def redemption_result(pk: int) -> RedemptionResult:
    """What a till's request came to, as it stands now."""
    rows = named_rows(_REQUEST, pk)
    request = rows[0]
    return RedemptionResult(
        pk=pk,
        request_no=request["request_no"],
        bill_no=request["bill_no"],
        bill_fen=request["bill_fen"],
        bill_discount_fen=request["bill_discount_fen"],
        redemptions=tuple(
            RedeemedCoupon(
                pk=row["redemption"],
                public_id=row["public_id"],
                coupon=row["coupon"],
                version=row["version"],
                name=row["name"],
                bill_no=row["bill_no"],
                discount_fen=row["discount_fen"],
                cost_fen=row["cost_fen"],
                funding=funding_shares(json.loads(row["parts"])),
                at=row["at"],
                reversed_at=row["reversed_at"],
            )
            for row in rows
        ),
    )


def redemptions_by(member: Member) -> QuerySet[Redemption]:
    """What a member has used, with all that the phone shows of it; also by accounts that were merged
    into this one, whose coupons it holds though nobody gave them."""
    merged = Coupon.objects.filter(member=member, claimer__closed_at__isnull=False, gift=None)
    members = {member.pk, *merged.values_list("claimer", flat=True).distinct()}
    return (
        Redemption.objects.filter(member__in=members)
        .select_related("bill", "coupon", "version__template", "store", "merchant")
        .prefetch_related("replacements")
    )


def redemption_of_merchant(merchant: int, public_id: str) -> Redemption:
    """Raises NotFound, also for another merchant's."""
    found = redemptions().filter(merchant=merchant, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def bill_of_store(store: int, bill_no: str) -> CouponBill:
    """Raises NotFound for a bill on which no coupon was ever used."""
    found = CouponBill.objects.filter(store=store, bill_no=bill_no).first()
    if found is None:
        raise NotFound
    return found


def request_of_stores(stores: QuerySet[Store], request_no: str) -> RedemptionResult | None:
    """The request of that number at one of these stores of one merchant, with all it came to."""
    found = RedemptionRequest.objects.filter(bill__store__in=stores, request_no=request_no).first()
    return None if found is None else redemption_result(found.pk)


# What a repeated redemption at a till is answered with: one query instead of the ORM's four.
_REQUEST = """
    select request.request_no, bill.bill_no, bill.bill_fen, bill.discount_fen as bill_discount_fen,
        redemption.id as redemption, redemption.public_id, coupon.public_id as coupon,
        redemption.version_id as version, template.name, redemption.discount_fen, redemption.cost_fen,
        redemption.at, redemption.reversed_at,
        (select coalesce(jsonb_agg(jsonb_build_array(party.public_id, party.name, part.fen)
                                   order by part.id), '[]')
         from coupons_fundingpart part join merchants_merchant party on party.id = part.party_id
         where part.redemption_id = redemption.id) as parts
    from coupons_redemptionrequest request
    join coupons_couponbill bill on bill.id = request.bill_id
    join coupons_redemption redemption on redemption.request_id = request.id
    join coupons_coupon coupon on coupon.id = redemption.coupon_id
    join coupons_templateversion version on version.id = redemption.version_id
    join coupons_coupontemplate template on template.id = version.template_id
    where request.id = %s order by redemption.id
"""
