"""Plays one household's wishes over HTTP, each after the answer of the one before."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from district.replay.clients import ShopperClient, TillClient
from district.replay.connection import ApiConnection, ApiResponse
from district.replay.coupons.dataset import (
    NAME,
    CampaignCoupon,
    CouponBasket,
    RedemptionData,
    RedemptionWish,
)
from district.replay.coupons.errors import UnexpectedAnswer
from district.replay.coupons.preparation import ReplaySetup

# A code that ran out while a server or its database came back is shown anew, but not for ever.
FRESH_CODES = 5
SPOILT = "token_expired"


class WishOutcome(StrEnum):
    """What came of a wish."""

    REDEEMED = "redeemed"
    REFUSED_LIMIT = "refused_limit"
    REFUSED_NO_ELIGIBLE_ITEMS = "refused_no_eligible_items"


class HouseholdReplay:
    """Stands for households: claims on the phone, shows the code, checks and redeems at the till.

    `used` says on which bill each coupon was used in an earlier run; its code cannot be shown again.
    """

    def __init__(
        self,
        connection: ApiConnection,
        replay_setup: ReplaySetup,
        data: RedemptionData,
        used: Mapping[str, str],
    ) -> None:
        self._connection = connection
        self._replay_setup = replay_setup
        self._data = data
        self._used = used

    def play(self, household: int, wishes: Sequence[RedemptionWish]) -> Iterator[WishOutcome]:
        """Go through the wishes in order and say what the district made of each.

        Raises UnexpectedAnswer.
        """
        wallet: dict[CampaignCoupon, str] = {}
        spent: set[CampaignCoupon] = set()
        token = self._replay_setup.identities.phones[household].token
        for wish in wishes:
            phone = ShopperClient(self._connection, token, wish.at)
            if wish.kind in spent:
                yield self._refused_another(wish, phone)
                continue
            if wish.kind not in wallet:
                wallet[wish.kind] = self._claimed(wish, phone)
            if self._redeemed(wish, wallet[wish.kind], phone):
                spent.add(wish.kind)
                yield WishOutcome.REDEEMED
            else:
                yield WishOutcome.REFUSED_NO_ELIGIBLE_ITEMS

    def _claimed(self, wish: RedemptionWish, phone: ShopperClient) -> str:
        """The coupon's public id; a repeated claim gives the same one."""
        answer = self._claim(wish, phone, "claim")
        return str(_accepted(answer, wish)["id"])

    def _refused_another(self, wish: RedemptionWish, phone: ShopperClient) -> WishOutcome:
        answer = self._claim(wish, phone, f"claim-{wish.day:%Y%m%d}")
        if answer.code != "claim_limit_reached":
            raise _unexpected(answer, wish)
        return WishOutcome.REFUSED_LIMIT

    def _claim(self, wish: RedemptionWish, phone: ShopperClient, act: str) -> ApiResponse:
        version = self._replay_setup.versions[wish.kind]
        return phone.claim(version, key=f"{NAME}-{act}-{_name(wish)}")

    def _redeemed(self, wish: RedemptionWish, coupon: str, phone: ShopperClient) -> bool:
        """Whether the coupon was used on a basket of that day: on the first that it holds for."""
        baskets = self._data.baskets_of(wish)
        if coupon in self._used:
            # Used on another day it was still in the wallet when this day's checks refused it.
            return self._used[coupon] in {str(basket.number) for basket in baskets}
        return any(self._use(wish, coupon, phone, basket) for basket in baskets)

    def _use(
        self, wish: RedemptionWish, coupon: str, phone: ShopperClient, basket: CouponBasket
    ) -> bool:
        """Show, check, redeem. A code that ran out on the way is shown anew; the keys stay."""
        store = self._replay_setup.identities.tills[basket.store]
        till = TillClient(self._connection, store.key, wish.at, store.store)
        request_no = f"{basket.number}/{wish.kind.coupon}/{wish.kind.campaign}"
        for _attempt in range(FRESH_CODES):
            code = _accepted(phone.coupon_code(coupon), wish)["code"]
            answer = till.check(code, **_bill(basket))
            if answer.accepted:
                (offer,) = answer.body["offers"]
                if not offer["usable"]:
                    return self._not_eligible(answer, offer, wish)
                answer = till.redeem(
                    offer["ticket"],
                    **_bill(basket),
                    request_no=request_no,
                    key=f"{NAME}-redeem-{request_no}",
                )
            if answer.code != SPOILT:
                break
        _accepted(answer, wish)
        return True

    def _not_eligible(
        self, answer: ApiResponse, offer: dict[str, Any], wish: RedemptionWish
    ) -> bool:
        """False, once it is sure that this and nothing else is the reason."""
        if {reason["code"] for reason in offer["reasons"]} != {"no_eligible_items"}:
            raise _unexpected(answer, wish, offer["reasons"][0]["code"])
        return False


def _bill(basket: CouponBasket) -> dict[str, Any]:
    lines = [{"fen": fen, "product": product} for fen, product in basket.lines]
    return {"fen": basket.fen, "no": str(basket.number), "lines": lines}


def _name(wish: RedemptionWish) -> str:
    return f"{wish.household}-{wish.kind.coupon}-{wish.kind.campaign}"


def _accepted(answer: ApiResponse, wish: RedemptionWish) -> dict[str, Any]:
    if not answer.accepted:
        raise _unexpected(answer, wish)
    return answer.body


def _unexpected(answer: ApiResponse, wish: RedemptionWish, code: str = "") -> UnexpectedAnswer:
    return UnexpectedAnswer(
        _(
            "家庭 {household} 于 {day} 使用优惠券 {coupon} 时得到意外的应答：{status} {code}。"
        ).format(
            household=wish.household,
            day=wish.day,
            coupon=wish.kind.coupon,
            status=answer.status,
            code=code or answer.code,
        )
    )
