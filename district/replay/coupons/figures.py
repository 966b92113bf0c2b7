"""The figures of a replay of coupons, read from the books, and what an earlier run left in them."""

from collections import Counter
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from coupons.models import Coupon, FundingPart, Redemption
from district.replay.coupons.preparation import ReplaySetup
from district.replay.receipts.result import digest


def used_coupons(replay_setup: ReplaySetup) -> dict[str, str]:
    """Coupons of these households that are used, with the number of the bill."""
    return dict(_redemptions(replay_setup).values_list("coupon__public_id", "bill__bill_no"))


def figures_of(replay_setup: ReplaySetup) -> dict[str, Any]:
    """What was claimed and redeemed by the households of the replay, and who bears it; in fen."""
    coupons = Coupon.objects.filter(
        member__in=replay_setup.identities.number_of_member, source=Coupon.Source.CLAIM
    )
    redemptions = _redemptions(replay_setup)
    shares = FundingPart.objects.filter(redemption__in=redemptions)
    merchants = shares.filter(party=F("redemption__merchant"))
    rows = _by_campaign_and_store(replay_setup, redemptions, merchants)
    return {
        "claims": coupons.count(),
        "redeemed": redemptions.count(),
        "discount_fen": redemptions.aggregate(fen=Sum("discount_fen", default=0))["fen"],
        "merchant_fen": merchants.aggregate(total=Sum("fen", default=0))["total"],
        "operator_fen": shares.exclude(party=F("redemption__merchant")).aggregate(
            total=Sum("fen", default=0)
        )["total"],
        "campaign_store_pairs": len(rows),
        "redemptions_digest": digest(rows),
    }


def _redemptions(replay_setup: ReplaySetup) -> QuerySet[Redemption]:
    return Redemption.objects.filter(
        member__in=replay_setup.identities.number_of_member,
        version__in=replay_setup.kind_of_version,
        reversed_at=None,
    )


def _by_campaign_and_store(
    replay_setup: ReplaySetup, redemptions: QuerySet[Redemption], merchants: QuerySet[FundingPart]
) -> list[tuple[int, ...]]:
    """Campaign, store, how many, what they took off and what the merchant bears of it."""

    def place(version: int, merchant: int) -> tuple[int, int]:
        campaign = replay_setup.kind_of_version[version].campaign
        return campaign, replay_setup.identities.number_of_merchant[merchant]

    counts, discounts, borne = Counter[Any](), Counter[Any](), Counter[Any]()
    for version, merchant, count, fen in (
        redemptions.values_list("version", "merchant")
        .annotate(count=Count("pk"), total=Sum("discount_fen"))
        .order_by()
    ):
        counts[place(version, merchant)] += count
        discounts[place(version, merchant)] += fen
    for version, merchant, fen in (
        merchants.values_list("redemption__version", "redemption__merchant")
        .annotate(total=Sum("fen"))
        .order_by()
    ):
        borne[place(version, merchant)] += fen
    return [(*pair, counts[pair], discounts[pair], borne[pair]) for pair in counts]
