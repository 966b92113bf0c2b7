"""Redemptions by the names that tills and people know them by."""

from django.db.models import Prefetch, QuerySet

from coupons.models import CouponBill, Redemption, RedemptionRequest
from district.kernel.errors import NotFound
from district.members.models import Member


def redemptions() -> QuerySet[Redemption]:
    """Redemptions with all that their answer shows."""
    return Redemption.objects.select_related(
        "bill", "coupon", "version__template"
    ).prefetch_related("parts__party")


def request_with_all(pk: int) -> RedemptionRequest:
    """A till's request with its bill and redemptions."""
    asked = RedemptionRequest.objects.select_related("bill").prefetch_related(
        Prefetch("redemptions", redemptions().order_by("pk"))
    )
    return asked.get(pk=pk)


def used_by(member: Member) -> QuerySet[Redemption]:
    """What a member has used, with all that the phone shows of it."""
    return (
        Redemption.objects.filter(member=member)
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
