"""By which numbers a score is calculated: published, dated, with a SHA-256. Shares are basis points.

What no policy can change is written in `scoring`: unfounded, withdrawn and abusive cases cost nothing, a
repaired record costs nothing, a mere filing is not among the inputs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from credit.score.values import CaseOutcome, CaseSeverity, Grade, PenaltyLevel, ProfileItem

BP: Final = 10_000
FULL_SCORE: Final = 100


@dataclass(frozen=True, slots=True)
class ShareRule:
    """A share of something: its weight in the score, and the prior it begins with."""

    weight_bp: int
    prior_bp: int
    prior_count: int


@dataclass(frozen=True, slots=True)
class BurdenRule:
    """Rate = (prior_cases + upheld weight) / (prior + purchases, in thousands); at `halving_rate` half is left."""

    weight_bp: int
    prior_cases: int
    prior_thousand_purchases: int
    halving_rate: int
    severity_bp: Mapping[CaseSeverity, int]
    outcome_bp: Mapping[CaseOutcome, int]


@dataclass(frozen=True, slots=True)
class PenaltyRule:
    """Points that decline evenly to 0 at the end of the term; repair is not granted before `repair_after_days`."""

    points: int
    term_days: int
    repair_after_days: int


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """What a decayed observation is worth, and from where evidence is low, medium, high."""

    per_rating: int
    per_case: int
    per_check: int
    low: int
    medium: int
    high: int


@dataclass(frozen=True, slots=True)
class GradeRule:
    """The least score of each grade but the last; the margin by which a grade is kept; the best under limits."""

    bounds: Mapping[Grade, int]
    margin: int
    low_evidence_best: Grade
    breach_best: Grade


@dataclass(frozen=True, slots=True)
class ScorePolicy:
    """A version of the formula, read by `read_policy`; `sha256` is of its canonical document."""

    version: str
    half_life_days: int
    horizon_days: int
    rating: ShareRule
    burden: BurdenRule
    handling: ShareRule
    # From so many stars on an evaluation counts in full.
    satisfied_stars: int
    promise: ShareRule
    profile_weight_bp: int
    profile_items_bp: Mapping[ProfileItem, int]
    penalties: Mapping[PenaltyLevel, PenaltyRule]
    most_penalty_points: int
    interval_width_milli: int
    least_share_bp: int
    evidence: EvidenceRule
    grades: GradeRule
    sha256: str = ""

    def __hash__(self) -> int:
        return hash(self.sha256)


def profile_share(items: Iterable[ProfileItem], policy: ScorePolicy) -> Decimal:
    """How complete a profile is, 0–1."""
    return Decimal(sum(policy.profile_items_bp[item] for item in set(items))) / BP
