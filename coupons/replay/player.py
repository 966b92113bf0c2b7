"""Plays one household's wishes over HTTP, each after the answer of the one before."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from coupons.replay.dataset import NAME, Basket, Kind, Redemptions, Wish
from coupons.replay.errors import Unforeseen
from coupons.replay.stage import Stage
from loyalty.replay.cast import Till
from loyalty.replay.wire import Answer, Wire

# A code that ran out while a server or its database came back is shown anew, but not for ever.
FRESH_CODES = 5
SPOILT = "token_expired"


class Outcome(StrEnum):
    """What came of a wish."""

    REDEEMED = "redeemed"
    REFUSED_LIMIT = "refused_limit"
    REFUSED_NO_ELIGIBLE_ITEMS = "refused_no_eligible_items"


class Player:
    """Stands for households: claims on the phone, shows the code, checks and redeems at the till.

    `used` says on which bill each coupon was used in an earlier run; its code cannot be shown again.
    """

    def __init__(
        self, wire: Wire, stage: Stage, data: Redemptions, used: Mapping[str, str]
    ) -> None:
        self._wire = wire
        self._stage = stage
        self._data = data
        self._used = used

    def play(self, household: int, wishes: Sequence[Wish]) -> Iterator[Outcome]:
        """Go through the wishes in order and say what the district made of each.

        Raises Unforeseen.
        """
        wallet: dict[Kind, str] = {}
        spent: set[Kind] = set()
        token = self._stage.cast.phones[household].token
        for wish in wishes:
            if wish.kind in spent:
                yield self._refused_another(wish, token)
                continue
            if wish.kind not in wallet:
                wallet[wish.kind] = self._claimed(wish, token)
            if self._redeemed(wish, wallet[wish.kind], token):
                spent.add(wish.kind)
                yield Outcome.REDEEMED
            else:
                yield Outcome.REFUSED_NO_ELIGIBLE_ITEMS

    def _claimed(self, wish: Wish, token: str) -> str:
        """The coupon's public id; a repeated claim gives the same one."""
        answer = self._claim(wish, token, "claim")
        return str(_accepted(answer, wish)["id"])

    def _refused_another(self, wish: Wish, token: str) -> Outcome:
        answer = self._claim(wish, token, f"claim-{wish.day:%Y%m%d}")
        if answer.code != "claim_limit_reached":
            raise _unforeseen(answer, wish)
        return Outcome.REFUSED_LIMIT

    def _claim(self, wish: Wish, token: str, act: str) -> Answer:
        return self._wire.ask(
            "POST",
            "/api/v1/me/coupons",
            token=token,
            at=wish.at,
            key=f"{NAME}-{act}-{_name(wish)}",
            body={"version": self._stage.versions[wish.kind]},
        )

    def _redeemed(self, wish: Wish, coupon: str, token: str) -> bool:
        """Whether the coupon was used on a basket of that day: on the first that it holds for."""
        baskets = self._data.baskets_of(wish)
        if coupon in self._used:
            # Used on another day it was still in the wallet when this day's checks refused it.
            return self._used[coupon] in {str(basket.number) for basket in baskets}
        return any(self._use(wish, coupon, token, basket) for basket in baskets)

    def _use(self, wish: Wish, coupon: str, token: str, basket: Basket) -> bool:
        """Show, check, redeem. A code that ran out on the way is shown anew; the keys stay."""
        till = self._stage.cast.tills[basket.store]
        for _attempt in range(FRESH_CODES):
            code = self._shown(wish, coupon, token)
            answer = self._check(wish, till, basket, code)
            if answer.accepted:
                (offer,) = answer.body["offers"]
                if not offer["usable"]:
                    return self._not_eligible(answer, offer, wish)
                answer = self._redeem(wish, till, basket, offer["ticket"])
            if answer.code != SPOILT:
                break
        _accepted(answer, wish)
        return True

    def _shown(self, wish: Wish, coupon: str, token: str) -> str:
        path = f"/api/v1/me/coupons/{coupon}/code"
        answer = self._wire.ask("POST", path, token=token, at=wish.at)
        return str(_accepted(answer, wish)["code"])

    def _check(self, wish: Wish, till: Till, basket: Basket, code: str) -> Answer:
        body = {"store": till.store, "bill": _bill(basket), "codes": [code]}
        return self._wire.ask(
            "POST", "/api/v1/till/coupons/check", token=till.key, at=wish.at, body=body
        )

    def _redeem(self, wish: Wish, till: Till, basket: Basket, ticket: str) -> Answer:
        request_no = f"{basket.number}/{wish.kind.coupon}/{wish.kind.campaign}"
        return self._wire.ask(
            "POST",
            "/api/v1/till/coupons/redemptions",
            token=till.key,
            at=wish.at,
            key=f"{NAME}-redeem-{request_no}",
            body={
                "store": till.store,
                "request_no": request_no,
                "bill": _bill(basket),
                "codes": [ticket],
            },
        )

    def _not_eligible(self, answer: Answer, offer: dict[str, Any], wish: Wish) -> bool:
        """False, once it is sure that this and nothing else is the reason."""
        if {reason["code"] for reason in offer["reasons"]} != {"no_eligible_items"}:
            raise _unforeseen(answer, wish, offer["reasons"][0]["code"])
        return False


def _bill(basket: Basket) -> dict[str, Any]:
    lines = [{"fen": fen, "product": product} for fen, product in basket.lines]
    return {"no": str(basket.number), "fen": basket.fen, "lines": lines}


def _name(wish: Wish) -> str:
    return f"{wish.household}-{wish.kind.coupon}-{wish.kind.campaign}"


def _accepted(answer: Answer, wish: Wish) -> dict[str, Any]:
    if not answer.accepted:
        raise _unforeseen(answer, wish)
    return answer.body


def _unforeseen(answer: Answer, wish: Wish, code: str = "") -> Unforeseen:
    return Unforeseen(
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
