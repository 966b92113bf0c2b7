"""A policy is data: read with its faults named, written back the same, sealed by a digest."""

import copy

import pytest

from credit.score.policy import profile_share
from credit.score.policy_document import (
    ScorePolicyInvalid,
    credit_v1,
    policy_document,
    read_policy,
)
from credit.score.scoring import prior_components, score_merchant
from credit.score.values import ProfileItem, ScoreInputs


def changed(path, value):
    document = copy.deepcopy(policy_document(credit_v1()))
    place = document
    *above, last = path.split(".")
    for member in above:
        place = place[member]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return document


def problems_of(document):
    with pytest.raises(ScorePolicyInvalid) as refusal:
        read_policy(document)
    return [(problem.path, problem.code) for problem in refusal.value.problems]


def test_the_first_policy_never_changes():
    assert credit_v1().version == "credit-v1"
    assert credit_v1().sha256 == (
        "16072141f55a36e09a4560ed5a435f97f300d50f78abaf8bfece2ea54a23b66b"
    )


def test_a_policy_comes_back_from_its_document():
    assert read_policy(policy_document(credit_v1())) == credit_v1()


def test_another_number_is_another_digest():
    other = read_policy(changed("rating.prior_count", 21))

    assert other.sha256 != credit_v1().sha256
    assert (
        score_merchant(ScoreInputs(), other).raw == score_merchant(ScoreInputs(), credit_v1()).raw
    )


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("schema", 2, ("schema", "not_in_range")),
        ("version", "", ("version", "not_a_text")),
        ("decay.half_life_days", 0, ("decay.half_life_days", "not_in_range")),
        ("decay.half_life", 1, ("decay.half_life", "unknown")),
        ("rating", None, ("rating", "missing")),
        ("rating.weight_bp", 2999, ("", "weights_wrong_sum")),
        ("rating.prior_bp", 0.75, ("rating.prior_bp", "not_in_range")),
        ("burden.outcome_bp.upheld", None, ("burden.outcome_bp.upheld", "missing")),
        ("burden.outcome_bp.not_upheld", 1, ("burden.outcome_bp.not_upheld", "unknown")),
        ("burden.outcome_bp.withdrawn", 1, ("burden.outcome_bp.withdrawn", "unknown")),
        ("burden.outcome_bp.abusive", 1, ("burden.outcome_bp.abusive", "unknown")),
        ("burden.severity_bp.minor", -1, ("burden.severity_bp.minor", "not_in_range")),
        ("handling.satisfied_stars", 1, ("handling.satisfied_stars", "not_in_range")),
        ("profile.items_bp.licence", 3000, ("profile.items_bp", "wrong_sum")),
        (
            "penalties.general.repair_after_days",
            366,
            ("penalties.general.repair_after_days", "after_term"),
        ),
        ("most_penalty_points", 101, ("most_penalty_points", "not_in_range")),
        ("evidence.low", 60, ("evidence", "not_rising")),
        ("grades.B", 90, ("grades", "not_falling")),
        ("grades.low_evidence_best", "F", ("grades.low_evidence_best", "not_one_of")),
        ("grades.AAA", 95, ("grades.AAA", "unknown")),
    ],
)
def test_what_is_wrong_is_named_with_its_path(path, value, problem):
    found = problems_of(changed(path, value))

    assert problem in found
    # Of an object that is missing its members are missing, too.
    assert {code for _, code in found} == {problem[1]}


@pytest.mark.parametrize("document", [None, [], "credit-v1", {}])
def test_no_policy_at_all(document):
    assert {code for _, code in problems_of(document)} & {"not_an_object", "missing"}


def test_a_profile_is_the_sum_of_what_it_shows():
    policy = credit_v1()

    assert profile_share([], policy) == 0
    assert str(profile_share([ProfileItem.LICENCE, ProfileItem.ADDRESS], policy)) == "0.6"
    assert str(profile_share([ProfileItem.LICENCE] * 2, policy)) == "0.4"
    assert profile_share(ProfileItem, policy) == 1


def test_a_harder_policy_begins_lower():
    harder = read_policy(changed("burden.prior_cases", 2))

    assert prior_components(harder).burden < prior_components(credit_v1()).burden
