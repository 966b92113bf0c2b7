"""Why not: every refusal of a coupon, first what the shopper can change at once.

A reason is a code and the facts of the case; the sentence for shopper and clerk is made from them where
it is shown, so that a till without a network can say the same.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Remedy(IntEnum):
    """What would help, from the easiest to nothing at all."""

    BUY_MORE = 1
    CHOOSE_ANOTHER = 2
    WAIT = 3
    GO_ELSEWHERE = 4
    NONE = 5


REMEDIES: dict[str, Remedy] = {
    "below_threshold": Remedy.BUY_MORE,
    "no_eligible_items": Remedy.BUY_MORE,
    "not_beside_another": Remedy.CHOOSE_ANOTHER,
    "not_at_this_hour": Remedy.WAIT,
    "not_on_this_day": Remedy.WAIT,
    "not_yet_valid": Remedy.WAIT,
    "not_at_this_store": Remedy.GO_ELSEWHERE,
    "leased_to_another_store": Remedy.GO_ELSEWHERE,
    "only_for_parking": Remedy.GO_ELSEWHERE,
    "never_again": Remedy.NONE,
    "expired": Remedy.NONE,
    "used": Remedy.NONE,
    "void": Remedy.NONE,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks against a coupon here and now; facts are fen, instants and public ids."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def remedy(self) -> Remedy:
        return REMEDIES[self.code]
