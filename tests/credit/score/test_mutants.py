"""A score with one rule broken is told from the right one: each mutant says something else of some merchant."""

import importlib
import shutil
import sys
from pathlib import Path
from random import Random

import pytest

import credit.score
from tests.credit.score.naive_score import naive_score
from tests.credit.score.random_merchants import random_merchant

SOURCE = Path(credit.score.__file__).parent
MERCHANTS = 150
MUTANTS = [
    ("decay", "weights.append((weight", "weights.append((step"),
    ("decay", "range(horizon_days + 1)", "range(horizon_days)"),
    ("decay", ">> (age // half_life_days)", ">> 1"),
    ("sums", "steps += weight * (rating.stars - 1)", "steps += weight * rating.stars"),
    ("sums", "weights[rating.age_days] * rating.number", "weights[rating.age_days]"),
    ("sums", "weights[purchase.age_days] * purchase.number", "weights[purchase.age_days]"),
    ("sums", "weights[check.age_days] * check.number", "weights[check.age_days]"),
    ("sums", "passed += weight * check.is_passed", "passed += weight"),
    ("sums", "case.outcome in UNCOUNTED_OUTCOMES or ", ""),
    ("sums", "on_time += weight * case.is_on_time", "on_time += weight"),
    ("sums", " and case.outcome is not CaseOutcome.NOT_UPHELD", ""),
    ("sums", "min(case.stars - 1, most_steps)", "(case.stars - 1)"),
    ("sums", "* severity_bp[case.severity]", "* 10_000"),
    ("sums", "* outcome_bp[case.outcome]", "* 10_000"),
    ("scoring", "record.is_repaired or ", ""),
    ("scoring", "rule.points * (rule.term_days - record.age_days)", "rule.points * rule.term_days"),
    ("scoring", "min(total, Fraction(policy.most_penalty_points))", "total"),
    ("scoring", "per_observation * prior * rule.prior_bp", "per_observation * prior * BP"),
    ("scoring", "halving / (halving + rate),\n        on_time", "halving / (halving + 2 * rate),\n        on_time"),
    ("scoring", "policy.burden.prior_cases + Fraction", "Fraction"),
    ("scoring", "policy.burden.prior_thousand_purchases + Fraction", "1 + Fraction"),
    ("scoring", '"rating": policy.rating.weight_bp * 2', '"rating": policy.burden.weight_bp * 2'),
    ("scoring", '"burden": policy.burden.weight_bp * 2', '"burden": policy.burden.weight_bp'),
    ("scoring", '"on_time": policy.handling.weight_bp', '"on_time": policy.handling.weight_bp * 2'),
    ("scoring", '"satisfaction": policy.handling.weight_bp', '"satisfaction": 0'),
    ("scoring", '"promise": policy.promise.weight_bp * 2', '"promise": 0'),
    ("scoring", '"profile": policy.profile_weight_bp * 2', '"profile": 0'),
    ("scoring", "min(max(unlimited, Fraction(0)), Fraction(FULL_SCORE))", "unlimited"),
    ("scoring", "rule.per_case * sums.cases", "sums.cases"),
    ("scoring", "rule.per_check * sums.checks", "sums.checks"),
    ("scoring", "rule.per_rating * sums.ratings + ", ""),
    ("scoring", "min(max(mean, least), 1 - least)", "mean"),
    ("scoring", "(rule.prior_count + 1) * SCALE", "rule.prior_count * SCALE"),
    ("scoring", "components.burden**2 / halving", "components.burden / halving"),
    ("scoring", "components.burden_rate / purchases", "components.burden_rate"),
    ("scoring", "points[name] ** 2 * variance", "points[name] * variance"),
    ("scoring", "low=raw - reach", "low=raw - error"),
    ("scoring", "high=raw + reach", "high=raw + error"),
    ("scoring", "quantize(_ONE_DECIMAL, ROUND_HALF_UP)", 'quantize(_ONE_DECIMAL, "ROUND_FLOOR")'),
    ("grading", "if evidence < rule.low", "if evidence < rule.medium"),
    ("grading", "if evidence < rule.medium", "if evidence < rule.high"),
    ("grading", "if evidence < rule.high", "if evidence < rule.low"),
    ("grading", "score >= bounds[grade] + above", "score > bounds[grade] + above"),
    ("grading", "score < policy.grades.bounds[previous] - margin", "score < policy.grades.bounds[previous]"),
    ("grading", "above=margin", "above=0"),
    ("grading", "yield GradeLimit.LOW_EVIDENCE, policy.grades.low_evidence_best", "yield GradeLimit.LOW_EVIDENCE, GRADES[0]"),
    ("grading", "if standing.has_unpaid_decision:", "if False:"),
    ("grading", "if standing.has_missed_remedy:", "if False:"),
    ("grading", "if standing.is_licence_expired:", "if False:"),
    ("grading", "if confidence is EvidenceLevel.INSUFFICIENT:", "if False:"),
    ("grading", " or previous is Grade.SUSPENDED", ""),
    ("values", "return (self.on_time + self.satisfaction) / 2", "return self.on_time"),
]  # fmt: skip
NUMBERS = ("raw", "se", "rank_key", "evidence")


def is_told(scores, documents, expected):
    """Whether some merchant's score is not what the naive formula says."""
    return any(
        differs(score, right) for score, right in zip(scores(documents), expected, strict=True)
    )


def differs(score, right):
    words = ("score", "confidence", "grade")
    return (
        any(score[name] != right[name] for name in words)
        or any(abs(score[name] - right[name]) > 1e-7 for name in NUMBERS)
        or abs(score["interval"][1] - right["interval"][1]) > 1e-7
        or any(
            abs(score[group][name] - number) > 1e-9
            for group in ("components", "contributions")
            for name, number in right[group].items()
        )
    )


def scores_of(package):
    """The scores of documents, by a package that stands for `credit.score`."""
    reader, scoring, printing, policies = (
        importlib.import_module(f"{package}.{name}")
        for name in ("reader", "scoring", "score_document", "policy_document")
    )

    def scores(documents):
        policy = policies.credit_v1()
        for document in documents:
            (merchant,) = reader.read_merchants([document], policy)
            score = scoring.score_merchant(merchant.inputs, policy)
            yield printing.score_document(merchant.name, score)

    return scores


@pytest.fixture(scope="module")
def documents():
    rng = Random(100)
    return [
        *(random_merchant(rng, number) for number in range(MERCHANTS)),
        *merchants_near_a_bound(),
        worst_merchant(),
    ]


def merchants_near_a_bound():
    """Scores from 85 to 95, from bad to good profiles, as they follow on an A and on a B; little and much evidence."""
    return [
        merchant_of(ratings=[[0, 5, ratings]], profile=percent / 100, previous_grade=previous)
        for ratings in (45, 300)
        for previous in ("A", "B")
        for percent in range(0, 101, 4)
    ]


def worst_merchant():
    """The score would be below 0."""
    return merchant_of(
        ratings=[[0, 1, 1000]],
        cases=[[0, "serious", "upheld", False, 1]] * 100,
        checks=[[0, False, 1000]],
        profile=0,
        penalties=[[0, "serious", False]] * 2,
    )


def merchant_of(**members):
    return {
        "name": "merchant",
        "ratings": [],
        "transactions": [[0, 1_000_000]],
        "cases": [],
        "checks": [],
        "profile": 1,
        "penalties": [],
        "previous_grade": None,
    } | members


@pytest.fixture(scope="module")
def expected(documents):
    return [naive_score(document) for document in documents]


def test_the_right_one_is_not_told_apart(documents, expected):
    assert not is_told(scores_of("credit.score"), documents, expected)


@pytest.mark.parametrize(("module", "right", "wrong"), MUTANTS)
def test_a_broken_rule_shows(module, right, wrong, tmp_path, monkeypatch, documents, expected):
    name = f"mutant_{MUTANTS.index((module, right, wrong))}"
    folder = tmp_path / name
    folder.mkdir()
    shutil.copy(SOURCE / "credit-v1.json", folder)
    for path in SOURCE.glob("*.py"):
        text = path.read_text()
        if path.stem == module:
            assert text.count(right) == 1
            text = text.replace(right, wrong)
        (folder / path.name).write_text(text.replace("credit.score", name))
    monkeypatch.syspath_prepend(tmp_path)
    try:
        try:
            shows = is_told(scores_of(name), documents, expected)
        except (ArithmeticError, LookupError, ValueError):
            shows = True
        assert shows
    finally:
        for loaded in [loaded for loaded in sys.modules if loaded.split(".")[0] == name]:
            del sys.modules[loaded]
