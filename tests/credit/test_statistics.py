"""What is published of complaints, and what few cases do not allow to say."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.score.values import CaseOutcome
from credit.statistics import CaseFact, case_statistics


def fact(**members):
    return CaseFact(
        **{
            "age_days": 10,
            "category": "food",
            "outcome": CaseOutcome.SETTLED_DIRECT,
            "is_on_time": True,
            "first_answer_minutes": 60,
        }
        | members
    )


def test_rates_and_shares_of_a_year():
    facts = [fact(first_answer_minutes=minutes) for minutes in (10, 30, 61, 400)]
    facts += [fact(outcome=CaseOutcome.UPHELD, is_on_time=False, first_answer_minutes=None)]
    facts += [fact(outcome=CaseOutcome.SETTLED_IN_MEDIATION, first_answer_minutes=62)]

    found = case_statistics(facts, purchases=4000)

    assert found.cases == 6
    assert found.per_thousand_purchases == Fraction(3, 2)
    assert found.first_answer_median_minutes == 62
    assert found.on_time_share == Fraction(5, 6)
    assert found.settled_share == Fraction(5, 6)
    assert found.unanswered == 1


def test_few_cases_and_few_purchases_say_nothing():
    found = case_statistics([fact()] * 4, purchases=99)

    assert found.cases == 4
    assert found.per_thousand_purchases is None
    assert found.first_answer_median_minutes is None
    assert found.on_time_share is None
    assert found.settled_share is None


def test_silence_is_longer_than_every_answer():
    answered, silent = fact(), fact(first_answer_minutes=None)

    assert case_statistics([answered] * 3 + [silent] * 2, 0).first_answer_median_minutes == 60
    assert case_statistics([answered] * 3 + [silent] * 3, 0).first_answer_median_minutes is None


def test_withdrawn_and_abusive_cases_and_those_of_last_year_are_left_out():
    facts = [
        fact(outcome=CaseOutcome.WITHDRAWN),
        fact(outcome=CaseOutcome.ABUSIVE),
        fact(age_days=365),
        fact(age_days=364),
    ]

    assert case_statistics(facts, 1000).cases == 1


def test_upheld_cases_stand_by_category_only_where_there_are_five():
    upheld = [fact(outcome=CaseOutcome.UPHELD, category="food")] * 3
    partly = [fact(outcome=CaseOutcome.PARTLY_UPHELD, category="food")] * 2
    other = [fact(outcome=CaseOutcome.UPHELD, category="clothes")] * 4

    assert case_statistics(upheld + partly + other, 1000).upheld == (("food", 5),)


def test_silence_at_a_closing_is_no_satisfaction():
    evaluated = [fact(stars=5)] * 3 + [fact(stars=2)] * 2
    silent = [fact(is_deemed=True)] * 5

    found = case_statistics(evaluated + silent, 1000)

    assert found.satisfied_share == Fraction(3, 5)
    assert found.deemed == 5
    assert case_statistics(silent, 1000).satisfied_share is None


def test_who_evaluates_a_deemed_closing_all_the_same_is_counted():
    evaluated = [fact(stars=5)] * 4 + [fact(stars=1, is_deemed=True)]

    assert case_statistics(evaluated, 1000).satisfied_share == Fraction(4, 5)


def test_the_future_and_negative_purchases_are_errors():
    with pytest.raises(ValueError, match="future"):
        case_statistics([fact(age_days=-1)], 1000)
    with pytest.raises(ValueError, match="negative"):
        case_statistics([], -1)


FACTS = st.lists(
    st.builds(
        CaseFact,
        st.integers(0, 500),
        st.sampled_from(["food", "clothes"]),
        st.sampled_from(CaseOutcome),
        st.booleans(),
        st.none() | st.integers(0, 10_000),
        st.none() | st.integers(1, 5),
        st.booleans(),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(FACTS, st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_cases_means_nothing_and_shares_are_shares(facts, purchases, rng):
    found = case_statistics(facts, purchases)

    assert case_statistics(rng.sample(facts, len(facts)), purchases) == found
    for share in (found.on_time_share, found.settled_share, found.satisfied_share):
        assert share is None or 0 <= share <= 1
