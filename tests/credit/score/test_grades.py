"""From the score to the grade."""

from decimal import Decimal
from fractions import Fraction

import pytest

from credit.score.grading import decide_grade, evidence_level, grade_by_score, grade_with_margin
from credit.score.policy_document import credit_v1
from credit.score.scoring import rounded_score
from credit.score.values import EvidenceLevel, Grade, GradeLimit, MerchantStanding


@pytest.mark.parametrize(
    ("previous", "score", "grade"),
    [
        (None, "90.0", "A"),
        ("B", "90.4", "B"),
        ("B", "91.0", "A"),
        ("A", "89.0", "A"),
        ("A", "88.9", "B"),
        ("A", "79.5", "C"),
        ("C", "80.9", "C"),
        ("C", "81.0", "B"),
        ("D", "91.0", "A"),
        ("D", "90.5", "B"),
        ("E", "46.0", "D"),
        ("E", "45.9", "E"),
        ("suspended", "90.0", "A"),
        ("A", "100.0", "A"),
        ("E", "0.0", "E"),
    ],
)
def test_a_grade_changes_only_past_a_bound_by_the_margin(previous, score, grade):
    held = previous and Grade(previous)

    assert grade_with_margin(Decimal(score), held, credit_v1()) == grade


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        ("90.0", "A"),
        ("89.9", "B"),
        ("80.0", "B"),
        ("79.9", "C"),
        ("65.0", "C"),
        ("64.9", "D"),
        ("45.0", "D"),
        ("44.9", "E"),
    ],
)
def test_bounds_belong_to_the_better_grade(score, grade):
    assert grade_by_score(Decimal(score), credit_v1()) == grade


@pytest.mark.parametrize(
    ("evidence", "level"),
    [
        ("0", "insufficient"),
        ("19.999", "insufficient"),
        ("20", "low"),
        ("59.999", "low"),
        ("60", "medium"),
        ("199.999", "medium"),
        ("200", "high"),
    ],
)
def test_evidence_has_levels(evidence, level):
    assert evidence_level(Fraction(evidence), credit_v1()) == level


@pytest.mark.parametrize(
    ("raw", "score"),
    [
        ("83.75", "83.8"),
        ("83.7499995", "83.8"),
        ("83.7499994", "83.7"),
        ("84.94999951", "85.0"),
        ("0.05", "0.1"),
        ("99.95", "100.0"),
        ("0", "0.0"),
    ],
)
def test_a_score_is_rounded_to_six_places_and_then_half_up(raw, score):
    assert str(rounded_score(Fraction(raw))) == score


def decided(score, confidence=EvidenceLevel.MEDIUM, **standing):
    decision = decide_grade(Decimal(score), confidence, MerchantStanding(**standing), credit_v1())
    return decision.grade, decision.limits


def test_a_plain_grade_has_no_limits():
    assert decided("91.0") == (Grade.A, ())


def test_little_evidence_allows_no_better_than_b():
    assert decided("95.0", EvidenceLevel.LOW) == (Grade.B, (GradeLimit.LOW_EVIDENCE,))
    assert decided("70.0", EvidenceLevel.LOW) == (Grade.C, ())


def test_without_evidence_there_is_no_grade():
    assert decided("95.0", EvidenceLevel.INSUFFICIENT) == (
        None,
        (GradeLimit.INSUFFICIENT_EVIDENCE,),
    )


@pytest.mark.parametrize(
    ("fact", "limit"),
    [
        ("has_unpaid_decision", GradeLimit.UNPAID_DECISION),
        ("has_missed_remedy", GradeLimit.MISSED_REMEDY),
    ],
)
def test_who_does_not_perform_gets_at_most_d(fact, limit):
    assert decided("95.0", **{fact: True}) == (Grade.D, (limit,))
    assert decided("95.0", EvidenceLevel.LOW, **{fact: True}) == (
        Grade.D,
        (GradeLimit.LOW_EVIDENCE, limit),
    )
    assert decided("44.0", **{fact: True}) == (Grade.E, ())
    assert decided("95.0", EvidenceLevel.INSUFFICIENT, **{fact: True})[0] is None


def test_without_a_valid_licence_the_grade_is_suspended_whatever_the_evidence():
    for confidence in EvidenceLevel:
        assert decided("95.0", confidence, is_licence_expired=True) == (
            Grade.SUSPENDED,
            (GradeLimit.LICENCE_EXPIRED,),
        )


def test_a_grade_within_the_margin_says_so():
    assert decided("89.5", previous_grade=Grade.A) == (Grade.A, (GradeLimit.WITHIN_MARGIN,))
    assert decided("90.4", previous_grade=Grade.B) == (Grade.B, (GradeLimit.WITHIN_MARGIN,))
