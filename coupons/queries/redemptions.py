"""Redemptions by the names that tills and people know them by."""

from django.db.models import Prefetch, QuerySet

from coupons.models import CouponBill, Redemption, RedemptionRequest
from district.kernel.errors import NotFound
from district.merchants.models import Store


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


def request_at(stores: QuerySet[Store], request_no: str) -> RedemptionRequest | None:
    """The request of that number at one of these stores of one merchant, with all it came to."""
    found = RedemptionRequest.objects.filter(bill__store__in=stores, request_no=request_no).first()
    return None if found is None else request_with_all(found.pk)
