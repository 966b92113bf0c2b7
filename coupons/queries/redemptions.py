"""Redemptions by the names that tills and people know them by."""

from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import ManyToOneRel, Model, QuerySet

from coupons.models import (
    Coupon,
    CouponBill,
    CouponTemplate,
    FundingPart,
    Redemption,
    RedemptionRequest,
    TemplateVersion,
)
from district.kernel.database.postgres import partial_instance
from district.kernel.errors import NotFound
from district.members.models import Member
from district.merchants.models import Merchant, Store

Row = TypeVar("Row", bound=Model)


def redemptions() -> QuerySet[Redemption]:
    """Redemptions with all that their answer shows."""
    return Redemption.objects.select_related(
        "bill", "coupon", "version__template"
    ).prefetch_related("parts__party")


def full_request(pk: int) -> RedemptionRequest:
    """A till's request with its bill and redemptions; what their answer does not show loads when read."""
    with connection.cursor() as cursor:
        cursor.execute(_REQUEST, [pk])
        rows = [dict(zip(_SHOWN, row, strict=True)) for row in cursor.fetchall()]
    request = _of(RedemptionRequest, "request", rows[0])
    request.bill = _of(CouponBill, "bill", rows[0])
    used: dict[int, Redemption] = {}
    parts: dict[int, list[FundingPart]] = {}
    for row in rows:
        number = row["redemption.id"]
        if number not in used:
            used[number] = _of(Redemption, "redemption", row)
            used[number].request, used[number].bill = request, request.bill
            used[number].coupon = _of(Coupon, "coupon", row)
            used[number].version = _of(TemplateVersion, "version", row)
            used[number].version.template = _of(CouponTemplate, "template", row)
        if row["part.id"] is not None:
            part = _of(FundingPart, "part", row)
            part.party = _of(Merchant, "party", row)
            parts.setdefault(number, []).append(part)
    set_prefetched(request, "redemptions", list(used.values()))
    for number, redemption in used.items():
        set_prefetched(redemption, "parts", parts.get(number, []))
    return request


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


def request_of_stores(stores: QuerySet[Store], request_no: str) -> RedemptionRequest | None:
    """The request of that number at one of these stores of one merchant, with all it came to."""
    found = RedemptionRequest.objects.filter(bill__store__in=stores, request_no=request_no).first()
    return None if found is None else full_request(found.pk)


def set_prefetched(owner: Model, relation: str, rows: list[Any]) -> None:
    """All that belongs to a row, as `prefetch_related` would leave it."""
    related = cast(ManyToOneRel, type(owner)._meta.get_field(relation))
    known: QuerySet[Any] = QuerySet(related.related_model)
    known.__dict__.update(
        _result_cache=rows,
        _prefetch_done=True,
        # For whoever asks on from here, as a related manager leaves it.
        _deferred_filter=(False, (), {related.field.name: owner}),
    )
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = known


def _of(model: type[Row], name: str, row: dict[str, Any]) -> Row:
    """The object whose columns stand in the row under that name."""
    columns = {
        column.partition(".")[2]: value
        for column, value in row.items()
        if column.startswith(f"{name}.")
    }
    return partial_instance(model, **columns)


# What a repeated redemption at a till is answered with: one query instead of the ORM's four.
_SHOWN = (
    *("request.id", "request.merchant_id", "request.request_no", "request.bill_id"),
    *("request.actor", "request.at", "bill.id", "bill.store_id", "bill.bill_no", "bill.bill_fen"),
    *(
        "bill.seq",
        "bill.discount_fen",
        "bill.refunded_fen",
        "redemption.id",
        "redemption.public_id",
    ),
    *("redemption.request_id", "redemption.bill_id", "redemption.merchant_id"),
    *("redemption.store_id", "redemption.coupon_id", "redemption.version_id"),
    *("redemption.member_id", "redemption.eligible_fen", "redemption.discount_fen"),
    *("redemption.cost_fen", "redemption.returned_fen", "redemption.at", "redemption.reversed_at"),
    *("coupon.id", "coupon.public_id", "version.id", "version.template_id", "template.id"),
    *("template.name", "part.id", "part.redemption_id", "part.party_id", "part.fen"),
    *("party.id", "party.public_id", "party.name"),
)
_REQUEST = f"""
    select {", ".join(_SHOWN)} from coupons_redemptionrequest request
    join coupons_couponbill bill on bill.id = request.bill_id
    join coupons_redemption redemption on redemption.request_id = request.id
    join coupons_coupon coupon on coupon.id = redemption.coupon_id
    join coupons_templateversion version on version.id = redemption.version_id
    join coupons_coupontemplate template on template.id = version.template_id
    left join (coupons_fundingpart part join merchants_merchant party on party.id = part.party_id)
        on part.redemption_id = redemption.id
    where request.id = %s order by redemption.id, part.id
"""
