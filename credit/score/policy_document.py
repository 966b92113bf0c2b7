"""The document of a policy: plain JSON of schema 1, read into rules or refused with every fault in it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from credit.score.policy import (
    BP,
    FULL_SCORE,
    BurdenRule,
    EvidenceRule,
    GradeRule,
    PenaltyRule,
    ScorePolicy,
    ShareRule,
)
from credit.score.values import (
    GRADES,
    NEVER_BURDENS,
    CaseOutcome,
    CaseSeverity,
    PenaltyLevel,
    ProfileItem,
)
from district.documents.json_text import canonical_bytes, parse_json
from district.documents.reader import DocumentProblem, ObjectReader

SCHEMA: Final = 1
BURDENING_OUTCOMES: Final = tuple(
    outcome for outcome in CaseOutcome if outcome not in NEVER_BURDENS
)
_MOST_SEVERITY_BP: Final = 100_000
_MOST_DAYS: Final = 3660
_MOST_HALF_LIFE_DAYS: Final = 1098
_MOST_PRIOR: Final = 1000
_MOST_STARS: Final = 5
_LEAST_SATISFIED_STARS: Final = 2


class ScorePolicyInvalid(Exception):
    """A document that is no policy, with everything that is wrong in it."""

    def __init__(self, problems: Iterable[DocumentProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


@cache
def credit_v1() -> ScorePolicy:
    """The first policy."""
    return read_policy(parse_json(Path(__file__).with_name("credit-v1.json").read_text()))


def read_policy(document: object) -> ScorePolicy:
    """Raises ScorePolicyInvalid."""
    problems: list[DocumentProblem] = []
    root = ObjectReader(document, "", problems)
    if isinstance(document, dict) and root.integer("schema", SCHEMA, SCHEMA) == SCHEMA:
        policy = _read_root(root)
        root.finish()
        if not problems:
            digest = hashlib.sha256(canonical_bytes(policy_document(policy))).hexdigest()
            return replace(policy, sha256=digest)
    raise ScorePolicyInvalid(sorted(problems, key=lambda problem: problem.path))


def _read_root(root: ObjectReader) -> ScorePolicy:
    decay, interval = root.object("decay"), root.object("interval")
    handling, profile = root.object("handling"), root.object("profile")
    items = profile.object("items_bp")
    policy = ScorePolicy(
        version=root.text("version"),
        half_life_days=decay.integer("half_life_days", 1, _MOST_HALF_LIFE_DAYS),
        horizon_days=decay.integer("horizon_days", 1, _MOST_DAYS),
        rating=_read_share(root.object("rating")),
        burden=_read_burden(root.object("burden")),
        # Before the rest of its object, which ends the reading of it.
        satisfied_stars=handling.integer("satisfied_stars", _LEAST_SATISFIED_STARS, _MOST_STARS),
        handling=_read_share(handling),
        promise=_read_share(root.object("promise")),
        profile_weight_bp=profile.integer("weight_bp", 0, BP),
        profile_items_bp=items.integers_by_word(ProfileItem, 0, BP),
        penalties=_read_penalties(root.object("penalties")),
        most_penalty_points=root.integer("most_penalty_points", 0, FULL_SCORE),
        interval_width_milli=interval.integer("width_milli", 0, 10_000),
        least_share_bp=interval.integer("least_share_bp", 0, BP // 2),
        evidence=_read_evidence(root.object("evidence")),
        grades=_read_grades(root.object("grades")),
    )
    for reader in (decay, interval, profile):
        reader.finish()
    if not root.problems:
        _check_sums(policy, root)
    return policy


def _check_sums(policy: ScorePolicy, root: ObjectReader) -> None:
    if sum(policy.profile_items_bp.values()) != BP:
        root.refuse("profile.items_bp", "wrong_sum", str(BP))
    weights = (
        policy.rating.weight_bp,
        policy.burden.weight_bp,
        policy.handling.weight_bp,
        policy.promise.weight_bp,
        policy.profile_weight_bp,
    )
    if sum(weights) != BP:
        root.refuse("", "weights_wrong_sum", str(BP))


def _read_share(reader: ObjectReader) -> ShareRule:
    rule = ShareRule(
        weight_bp=reader.integer("weight_bp", 0, BP),
        prior_bp=reader.integer("prior_bp", 0, BP),
        prior_count=reader.integer("prior_count", 1, _MOST_PRIOR),
    )
    reader.finish()
    return rule


def _read_burden(reader: ObjectReader) -> BurdenRule:
    severity, outcome = reader.object("severity_bp"), reader.object("outcome_bp")
    rule = BurdenRule(
        weight_bp=reader.integer("weight_bp", 0, BP),
        prior_cases=reader.integer("prior_cases", 1, _MOST_PRIOR),
        prior_thousand_purchases=reader.integer("prior_thousand_purchases", 1, _MOST_PRIOR),
        halving_rate=reader.integer("halving_rate", 1, _MOST_PRIOR),
        severity_bp=severity.integers_by_word(CaseSeverity, 0, _MOST_SEVERITY_BP),
        outcome_bp=outcome.integers_by_word(BURDENING_OUTCOMES, 0, BP),
    )
    reader.finish()
    return rule


def _read_penalties(reader: ObjectReader) -> dict[PenaltyLevel, PenaltyRule]:
    rules = {}
    for level in PenaltyLevel:
        member = reader.object(level.value)
        rules[level] = PenaltyRule(
            points=member.integer("points", 0, FULL_SCORE),
            term_days=member.integer("term_days", 1, _MOST_DAYS),
            repair_after_days=member.integer("repair_after_days", 0, _MOST_DAYS),
        )
        if rules[level].repair_after_days > rules[level].term_days:
            member.refuse("repair_after_days", "after_term")
        member.finish()
    reader.finish()
    return rules


def _read_evidence(reader: ObjectReader) -> EvidenceRule:
    rule = EvidenceRule(
        **{key: reader.integer(key, 0, 100) for key in ("per_rating", "per_case", "per_check")},
        **{key: reader.integer(key, 1, 100_000) for key in ("low", "medium", "high")},
    )
    if not rule.low < rule.medium < rule.high:
        reader.refuse("", "not_rising", "low < medium < high")
    reader.finish()
    return rule


def _read_grades(reader: ObjectReader) -> GradeRule:
    bounds = {grade: reader.integer(grade.value, 1, FULL_SCORE) for grade in GRADES[:-1]}
    rule = GradeRule(
        bounds=bounds,
        margin=reader.integer("margin", 0, FULL_SCORE),
        low_evidence_best=reader.word("low_evidence_best", GRADES),
        breach_best=reader.word("breach_best", GRADES),
    )
    values = list(bounds.values())
    if values != sorted(set(values), reverse=True):
        reader.refuse("", "not_falling", "A > B > C > D")
    reader.finish()
    return rule


def policy_document(policy: ScorePolicy) -> dict[str, Any]:
    """What `read_policy` reads."""
    burden = policy.burden
    return {
        "schema": SCHEMA,
        "version": policy.version,
        "decay": {"half_life_days": policy.half_life_days, "horizon_days": policy.horizon_days},
        "rating": _members(policy.rating),
        "burden": _members(burden)
        | {"severity_bp": _by_word(burden.severity_bp), "outcome_bp": _by_word(burden.outcome_bp)},
        "handling": _members(policy.handling) | {"satisfied_stars": policy.satisfied_stars},
        "promise": _members(policy.promise),
        "profile": {
            "weight_bp": policy.profile_weight_bp,
            "items_bp": _by_word(policy.profile_items_bp),
        },
        "penalties": {level.value: _members(rule) for level, rule in policy.penalties.items()},
        "most_penalty_points": policy.most_penalty_points,
        "interval": {
            "width_milli": policy.interval_width_milli,
            "least_share_bp": policy.least_share_bp,
        },
        "evidence": _members(policy.evidence),
        "grades": _by_word(policy.grades.bounds)
        | {
            "margin": policy.grades.margin,
            "low_evidence_best": policy.grades.low_evidence_best.value,
            "breach_best": policy.grades.breach_best.value,
        },
    }


def _members(rule: object) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in rule.__slots__}  # type: ignore[attr-defined]


def _by_word(numbers: Mapping[Any, int]) -> dict[str, int]:
    return {word.value: number for word, number in numbers.items()}
