"""What the verbs of credit take and say; knows no database."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from credit.score.values import CaseOutcome, CaseSeverity

STARS: Final = range(1, 6)


@dataclass(frozen=True, slots=True)
class FinalCase:
    """A complaint whose outcome is final since the Shanghai day `final_on`, as the score counts it.

    `stars` (1–5) only where the shopper evaluated; `first_answer_minutes` is None where the merchant never
    answered. `is_deemed`: nobody confirmed the remedy in time. `remedy_missed`: the merchant still owes it,
    which caps the grade at D until a later version says otherwise. `is_repeat`: an earlier complaint of the same shopper
    about the merchant had come to a counted end when this one was filed.
    """

    final_on: date
    severity: CaseSeverity
    outcome: CaseOutcome
    is_on_time: bool
    category: str
    stars: int | None = None
    is_deemed: bool = False
    first_answer_minutes: int | None = None
    remedy_missed: bool = False
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class UncountedCase:
    """A complaint that counts nothing, or nothing any more; `reason` is a word such as `open` or `merged`."""

    reason: str


class CodeStatus(StrEnum):
    """What a credit code says when it is opened; the first that applies."""

    # Not printed by the district, or changed on the way.
    SIGNATURE_WRONG = "signature_wrong"
    REVOKED = "revoked"
    ROTATED = "rotated"
    STORE_CLOSED = "store_closed"
    MERCHANT_SUSPENDED = "merchant_suspended"
    VALID = "valid"


class LicenceStatus(StrEnum):
    """What is known of a merchant's licence."""

    UNVERIFIED = "unverified"
    VALID = "valid"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
