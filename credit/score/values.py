"""What a score is made of, and what it says. Ages are whole days in Shanghai from the event to `as_of`."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from district.documents.reader import DocumentProblem


class Grade(StrEnum):
    """A merchant's 商圈诚信等级. No grade at all, where the evidence is insufficient, is None."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    # The licence has expired.
    SUSPENDED = "suspended"


# From the best to the worst.
GRADES = (Grade.A, Grade.B, Grade.C, Grade.D, Grade.E)


class EvidenceLevel(StrEnum):
    INSUFFICIENT = "insufficient"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class CaseSeverity(StrEnum):
    MINOR = "minor"
    ORDINARY = "ordinary"
    SERIOUS = "serious"


class CaseOutcome(StrEnum):
    """How a complaint ended; those in NEVER_BURDENS cost a merchant nothing under any policy."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    SETTLED_IN_MEDIATION = "settled_in_mediation"
    SETTLED_DIRECT = "settled_direct"
    NOT_UPHELD = "not_upheld"
    WITHDRAWN = "withdrawn"
    ABUSIVE = "abusive"


# These cases count in nothing, not even in how many were answered on time.
UNCOUNTED_OUTCOMES = frozenset({CaseOutcome.WITHDRAWN, CaseOutcome.ABUSIVE})
NEVER_BURDENS = UNCOUNTED_OUTCOMES | {CaseOutcome.NOT_UPHELD}


class PenaltyLevel(StrEnum):
    MINOR = "minor"
    GENERAL = "general"
    SERIOUS = "serious"


class ProfileItem(StrEnum):
    """What a merchant's profile can show."""

    LICENCE = "licence"
    ADDRESS = "address"
    PRICE_POLICY = "price_policy"
    RESPONSIBLE_PERSON = "responsible_person"
    COMPLAINT_CONTACT = "complaint_contact"


class RatingCount(NamedTuple):
    """Ratings of so many stars (1–5) after real purchases, one per shopper, store and 30 days."""

    age_days: int
    stars: int
    number: int = 1


class PurchaseCount(NamedTuple):
    age_days: int
    number: int = 1


@dataclass(frozen=True, slots=True)
class ClosedCase:
    """A complaint whose outcome is final since `age_days`; `stars` (1–5) if the shopper evaluated it."""

    age_days: int
    severity: CaseSeverity
    outcome: CaseOutcome
    is_on_time: bool
    stars: int | None = None


class CheckCount(NamedTuple):
    """Checks of an inspection round that were passed, or were not."""

    age_days: int
    is_passed: bool
    number: int = 1


@dataclass(frozen=True, slots=True)
class PenaltyRecord:
    """A confirmed public or charter record; its age counts from the official determination.

    A minor public record belongs into the inputs only while the authority itself displays it.
    `is_repaired` says whether repair was granted by `as_of`.
    """

    age_days: int
    level: PenaltyLevel
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class MerchantStanding:
    """What counts by itself, not by how much of it there is."""

    # The share of the profile that is there, 0–1: `policy.profile_share`.
    profile: Decimal = Decimal(1)
    penalties: tuple[PenaltyRecord, ...] = ()
    # As it was published before.
    previous_grade: Grade | None = None
    is_licence_expired: bool = False
    has_unpaid_decision: bool = False
    has_missed_remedy: bool = False


@dataclass(frozen=True, slots=True)
class ScoreInputs:
    """All that a score depends on besides the policy. Their order and how counts are split mean nothing."""

    ratings: tuple[RatingCount, ...] = ()
    purchases: tuple[PurchaseCount, ...] = ()
    cases: tuple[ClosedCase, ...] = ()
    checks: tuple[CheckCount, ...] = ()
    standing: MerchantStanding = field(default_factory=MerchantStanding)


class GradeLimit(StrEnum):
    """Why a grade is not the one of the score."""

    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
    LOW_EVIDENCE = "low_evidence"
    UNPAID_DECISION = "unpaid_decision"
    MISSED_REMEDY = "missed_remedy"
    LICENCE_EXPIRED = "licence_expired"
    # The score has passed a bound, but by less than the margin.
    WITHIN_MARGIN = "within_margin"


@dataclass(frozen=True, slots=True)
class GradeDecision:
    """`by_score` is the grade before any limit."""

    grade: Grade | None
    by_score: Grade
    limits: tuple[GradeLimit, ...] = ()


@dataclass(frozen=True, slots=True)
class ShareEstimate:
    """A share 0–1 that its prior pulls towards itself; `weight` is the decayed number of observations."""

    mean: Fraction
    weight: Fraction
    variance: Fraction


@dataclass(frozen=True, slots=True)
class ScoreComponents:
    """Each 0–1; `burden_rate` is the weight of upheld cases per 1,000 purchases, with its prior."""

    rating: Fraction
    burden: Fraction
    on_time: Fraction
    satisfaction: Fraction
    promise: Fraction
    profile: Fraction
    burden_rate: Fraction

    @property
    def handling(self) -> Fraction:
        return (self.on_time + self.satisfaction) / 2


@dataclass(frozen=True, slots=True)
class ScoreContributions:
    """Points by which each part moves the score from `base`, the one of a merchant without any facts.

    They sum to the raw score; `penalties` is negative or 0, `clamping` is what 0–100 cuts off.
    """

    base: Fraction
    rating: Fraction
    burden: Fraction
    on_time: Fraction
    satisfaction: Fraction
    promise: Fraction
    profile: Fraction
    penalties: Fraction
    clamping: Fraction

    @property
    def handling(self) -> Fraction:
        return self.on_time + self.satisfaction

    @property
    def total(self) -> Fraction:
        return (
            self.base
            + self.rating
            + self.burden
            + self.handling
            + self.promise
            + self.profile
            + self.penalties
            + self.clamping
        )


@dataclass(frozen=True, slots=True)
class CreditScore:
    """The score (one decimal) with its 90 % interval; lists are ordered by `rank_key`. Exact, see decision 0100."""

    score: Decimal
    raw: Fraction
    standard_error: Fraction
    low: Fraction
    high: Fraction
    evidence: Fraction
    confidence: EvidenceLevel
    decision: GradeDecision
    components: ScoreComponents
    contributions: ScoreContributions

    @property
    def rank_key(self) -> Fraction:
        return self.low

    @property
    def grade(self) -> Grade | None:
        return self.decision.grade


class ScoreInputsInvalid(Exception):
    """Inputs that cannot be scored, with everything that is wrong in them."""

    def __init__(self, problems: tuple[DocumentProblem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


def age_days(event_day: date, as_of: date) -> int:
    """Raises ValueError for an event after `as_of`."""
    age = (as_of - event_day).days
    if age < 0:
        raise ValueError(f"{event_day} is after {as_of}")
    return age
