"""What `completejourney` says of coupons: campaigns, the products of each coupon, the redemptions asked
for, and the baskets of those days."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.utils.translation import gettext as _

from district.kernel.clock import SHANGHAI
from district.replay.errors import UnreadableData
from district.replay.receipts.dataset import DataSet, ReceiptEvent
from district.replay.receipts.tables import (
    find_table,
    hundredths,
    join_lines,
    read_rows,
    shanghai_time,
)

NAME = "coupons"
NOON = time(12)


@dataclass(frozen=True, slots=True, order=True)
class CampaignCoupon:
    """What a template is made for: a coupon within a campaign, both by their numbers."""

    coupon: int
    campaign: int


@dataclass(frozen=True, slots=True, order=True)
class RedemptionWish:
    """A household wants to use a coupon on a day, whether or not it still can."""

    day: date
    household: int
    kind: CampaignCoupon

    @property
    def at(self) -> datetime:
        return datetime.combine(self.day, NOON, SHANGHAI)


@dataclass(frozen=True, slots=True)
class CampaignDays:
    """Both days are part of it."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def end(self) -> datetime:
        """Exclusive."""
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)


@dataclass(slots=True)
class CouponBasket:
    """The lines of one basket that cost something, as (fen, product)."""

    number: int
    household: int
    store: int
    at: datetime
    lines: list[tuple[int, str]] = field(default_factory=list)

    @property
    def fen(self) -> int:
        return sum(fen for fen, _product in self.lines)


@dataclass(frozen=True)
class RedemptionData:
    """The wishes in their order, and all they depend on; campaigns received are of every household."""

    wishes: Sequence[RedemptionWish]
    campaigns: Mapping[int, CampaignDays]
    products: Mapping[CampaignCoupon, Sequence[str]]
    received: frozenset[tuple[int, int]]
    baskets: Mapping[tuple[int, date], Sequence[CouponBasket]]

    @property
    def by_household(self) -> dict[int, list[RedemptionWish]]:
        wishes: defaultdict[int, list[RedemptionWish]] = defaultdict(list)
        for wish in self.wishes:
            wishes[wish.household].append(wish)
        return dict(wishes)

    def baskets_of(self, wish: RedemptionWish) -> Sequence[CouponBasket]:
        """The household's baskets of that day by their number."""
        return self.baskets.get((wish.household, wish.day), ())

    @property
    def shoppers(self) -> DataSet:
        """Who shops where on those days, which is all a company needs to know to hire them."""
        journeys: dict[int, list[ReceiptEvent]] = {household: [] for household in self.by_household}
        for (household, _day), baskets in self.baskets.items():
            journeys[household] += [
                ReceiptEvent(str(basket.number), basket.store, basket.at, basket.fen)
                for basket in baskets
            ]
        return DataSet(NAME, dict(sorted(journeys.items())))


def read(folder: Path) -> RedemptionData:
    """The redemptions of the data set in a folder.

    Raises UnreadableData.
    """
    if not folder.exists():
        raise UnreadableData(_("找不到 {path}。").format(path=folder))
    redemption_table = _table(folder, "coupon_redemptions")
    wishes = sorted(read_rows(redemption_table, _WISH, _wish))
    if not wishes:
        raise UnreadableData(_("{table} 中没有核销记录。").format(table=redemption_table))
    campaigns = dict(read_rows(_table(folder, "campaign_descriptions"), _CAMPAIGN, _campaign))
    products: defaultdict[CampaignCoupon, list[str]] = defaultdict(list)
    for kind, product in read_rows(_table(folder, "coupons"), _PRODUCT, _product):
        products[kind].append(product)
    for kind in {wish.kind for wish in wishes}:
        if kind not in products or kind.campaign not in campaigns:
            raise UnreadableData(
                _("活动 {campaign} 中没有优惠券 {coupon}。").format(
                    campaign=kind.campaign, coupon=kind.coupon
                )
            )
    received = frozenset(read_rows(_table(folder, "campaigns"), _RECEIVED, _received))
    days = {(wish.household, wish.day) for wish in wishes}
    return RedemptionData(
        wishes=wishes,
        campaigns=campaigns,
        products={kind: sorted(set(products[kind])) for kind in {wish.kind for wish in wishes}},
        received=received,
        baskets=_baskets(_table(folder, "transactions"), days),
    )


def _table(folder: Path, stem: str) -> Path:
    table = find_table(folder, stem) if folder.is_dir() else None
    if table is None:
        raise UnreadableData(_("{path} 中没有 {stem}.csv(.gz)。").format(path=folder, stem=stem))
    return table


def _baskets(
    table: Path, days: set[tuple[int, date]]
) -> dict[tuple[int, date], Sequence[CouponBasket]]:
    lines = read_rows(table, _LINE, _line)
    baskets = join_lines(lines, lambda basket, line: basket.lines.extend(line.lines))
    of_day: defaultdict[tuple[int, date], list[CouponBasket]] = defaultdict(list)
    for number in sorted(baskets):
        basket = baskets[number]
        if (day := (basket.household, basket.at.date())) in days:
            of_day[day].append(basket)
    return dict(of_day)


_WISH = ("redemption_date", "household_id", "coupon_upc", "campaign_id")
_CAMPAIGN = ("campaign_id", "start_date", "end_date")
_PRODUCT = ("coupon_upc", "campaign_id", "product_id")
_RECEIVED = ("campaign_id", "household_id")
_LINE = (
    "household_id",
    "store_id",
    "basket_id",
    "product_id",
    "sales_value",
    "transaction_timestamp",
)


def _wish(row: list[str]) -> RedemptionWish:
    day, household, coupon, campaign = row
    return RedemptionWish(
        date.fromisoformat(day), int(household), CampaignCoupon(int(coupon), int(campaign))
    )


def _campaign(row: list[str]) -> tuple[int, CampaignDays]:
    number, first, last = row
    campaign = CampaignDays(date.fromisoformat(first), date.fromisoformat(last))
    if campaign.last < campaign.first:
        raise ValueError(_("活动在开始之前结束"))
    return int(number), campaign


def _product(row: list[str]) -> tuple[CampaignCoupon, str]:
    coupon, campaign, product = row
    return CampaignCoupon(int(coupon), int(campaign)), str(int(product))


def _received(row: list[str]) -> tuple[int, int]:
    campaign, household = row
    return int(campaign), int(household)


def _line(row: list[str]) -> CouponBasket:
    household, store, number, product, sales_value, at = row
    fen = hundredths(sales_value)
    lines = [(fen, str(int(product)))] if fen > 0 else []
    return CouponBasket(int(number), int(household), int(store), shanghai_time(at), lines)
