"""What another policy would change, before it is in force."""

from random import Random

from credit.score.policy_document import credit_v1, policy_document, read_policy
from credit.score.reader import read_merchants
from credit.score.scoring import score_merchant
from credit.score.shadow import GradeChange, compare_policies
from credit.score.values import Grade
from tests.credit.score.random_merchants import random_merchant
from tests.credit.score.test_worked_examples import base_set, merchant


def inputs_of(*documents):
    return [found.inputs for found in read_merchants(list(documents), credit_v1())]


def test_the_same_policy_changes_nothing():
    rng = Random(2)
    merchants = inputs_of(*(random_merchant(rng) for _ in range(60)))
    found = compare_policies(merchants, credit_v1(), credit_v1())

    assert (found.merchants, found.changed) == (60, 0)
    assert all(change.before is change.after for change in found.changes)
    assert sum(change.merchants for change in found.changes) == 60
    assert found.largest_rise == found.largest_fall == 0


def test_a_stricter_bound_moves_grades_and_no_score():
    document = policy_document(credit_v1())
    stricter = read_policy(document | {"version": "x", "grades": document["grades"] | {"A": 95}})
    found = compare_policies(inputs_of(base_set(), base_set(), merchant()), credit_v1(), stricter)

    assert found.changes == (
        GradeChange(Grade.A, Grade.B, 2),
        GradeChange(None, None, 1),
    )
    assert found.changed == 2
    assert found.largest_fall == 0


def test_the_largest_moves_are_those_of_the_raw_score():
    document = policy_document(credit_v1())
    shorter = read_policy(
        document | {"version": "x", "decay": {"half_life_days": 90, "horizon_days": 365}}
    )
    (inputs,) = inputs_of(base_set())
    found = compare_policies([inputs], credit_v1(), shorter)

    moved = score_merchant(inputs, credit_v1()).raw - score_merchant(inputs, shorter).raw
    assert found.largest_fall == moved > 0
    assert found.largest_rise == 0
