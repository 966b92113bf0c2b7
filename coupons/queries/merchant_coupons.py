"""Which coupons hold at a merchant's stores, whoever gave them, and what they cost it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from coupons.engine.benefits import AppliesTo, kinds_for
from coupons.engine.bill import StoreRef
from coupons.models import Coupon, FundingPart, Redemption, TemplateVersion
from coupons.queries.versions import terms_of_row
from district.merchants.models import Merchant, Store

State = TemplateVersion.State


@dataclass(frozen=True, slots=True)
class AcceptedVersion:
    """A version that holds at a merchant's stores: the part of its cost the merchant bears there, in
    basis points, how often it was used there since an instant, and in fen what that took off its bills
    and what the merchant bore of the version anywhere."""

    version: TemplateVersion
    share_bp: int
    redeemed: int
    discount_fen: int
    borne_fen: int


@dataclass(frozen=True, slots=True)
class MerchantCosts:
    """Of a merchant since an instant: redemptions at its stores, and in fen what they took off, what it
    bore of coupons used anywhere, and what others bore of those used at its stores."""

    redeemed: int
    discount_fen: int
    borne_fen: int
    by_others_fen: int


def accepted_versions(merchant: Merchant, since: datetime) -> list[AcceptedVersion]:
    """What can be used at a merchant's open stores, newest first: submitted versions, which may come,
    published ones, and stopped ones of which somebody still holds a coupon."""
    counters = list(_counters(merchant))
    live = Coupon.objects.filter(version=OuterRef("pk"), state=Coupon.State.LIVE)
    versions = (
        TemplateVersion.objects.filter(
            Q(state__in=[State.SUBMITTED, State.PUBLISHED]) | Q(Exists(live), state=State.STOPPED)
        )
        .filter(kind__in=kinds_for(AppliesTo.BILL))
        .select_related("template__merchant")
        .prefetch_related("funding")
        .order_by("-pk")
    )
    used, borne = _used_at(merchant, since), _borne_by(merchant, since)
    return [
        AcceptedVersion(
            version,
            sum(part.bp for part in version.funding.all() if part.party_id in (None, merchant.pk)),
            *used.get(version.pk, (0, 0)),
            borne.get(version.pk, 0),
        )
        for version in versions
        if any(terms_of_row(version).scope.holds_at(counter) for counter in counters)
    ]


def costs_of(merchant: Merchant, since: datetime) -> MerchantCosts:
    """What coupons were to a merchant since an instant; what was reversed or came back counts less."""
    used = _used_at(merchant, since)
    others = FundingPart.objects.filter(redemption__merchant=merchant, at__gte=since).exclude(
        party=merchant
    )
    return MerchantCosts(
        redeemed=sum(count for count, _fen in used.values()),
        discount_fen=sum(fen for _count, fen in used.values()),
        borne_fen=sum(_borne_by(merchant, since).values()),
        by_others_fen=others.aggregate(fen=Sum("fen"))["fen"] or 0,
    )


def _counters(merchant: Merchant) -> Iterator[StoreRef]:
    stores = Store.objects.filter(merchant=merchant, state=Store.State.OPEN)
    names = ("public_id", "merchant__public_id", "venue__public_id", "trade__code")
    return (StoreRef(*row) for row in stores.values_list(*names))


def _used_at(merchant: Merchant, since: datetime) -> dict[int, tuple[int, int]]:
    used = Redemption.objects.filter(merchant=merchant, at__gte=since, reversed_at=None)
    sums = used.order_by().values("version_id")
    return {
        row["version_id"]: (row["times"], row["off_fen"])
        for row in sums.annotate(
            times=Count("pk"), off_fen=Sum(F("discount_fen") - F("returned_fen"))
        )
    }


def _borne_by(merchant: Merchant, since: datetime) -> dict[int, int]:
    parts = FundingPart.objects.filter(party=merchant, at__gte=since).order_by()
    sums = parts.values("redemption__version_id").annotate(borne_fen=Sum("fen"))
    return {row["redemption__version_id"]: row["borne_fen"] for row in sums}
