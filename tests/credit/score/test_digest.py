"""The digest of a snapshot's inputs: the same bytes everywhere."""

from dataclasses import replace
from datetime import date

from credit.score.digest import input_digest
from credit.score.policy_document import credit_v1, policy_document, read_policy
from credit.score.reader import read_merchants
from credit.score.scoring import score_merchant
from tests.credit.score.test_worked_examples import base_set

DAY = date(2026, 11, 30)


def inputs_of(document):
    return read_merchants([document], credit_v1())[0].inputs


def test_the_digest_of_the_base_set_never_changes():
    digest = input_digest(inputs_of(base_set()), DAY, credit_v1())

    assert digest == "c01f0287f0137b0456fef6cbf1e0663121ad6046cb728882580b574dda612350"


def test_day_policy_and_every_fact_are_sealed():
    inputs = inputs_of(base_set())
    other_policy = read_policy(policy_document(credit_v1()) | {"version": "credit-v1b"})
    standing = replace(inputs.standing, is_licence_expired=True)
    digests = {
        input_digest(inputs, DAY, credit_v1()),
        input_digest(inputs, date(2026, 12, 1), credit_v1()),
        input_digest(inputs, DAY, other_policy),
        input_digest(replace(inputs, cases=inputs.cases[:1]), DAY, credit_v1()),
        input_digest(replace(inputs, standing=standing), DAY, credit_v1()),
    }

    assert len(digests) == 5


def test_the_exact_score_of_the_base_set_is_pinned_to_the_last_bit():
    score = score_merchant(inputs_of(base_set()), credit_v1())

    # Whole numbers, so that every machine must find the same.
    assert (score.raw.numerator, score.raw.denominator) == (
        52634063317243933920500764869560110458442925095,
        564176090500008005853239071422061692880495926,
    )
