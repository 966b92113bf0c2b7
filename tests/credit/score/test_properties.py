"""What holds for every merchant: no filing costs, good work never costs, the order of facts means nothing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.score.digest import input_digest
from credit.score.explanation import explain
from credit.score.policy_document import credit_v1
from credit.score.scoring import score_merchant
from credit.score.values import (
    GRADES,
    CaseOutcome,
    CaseSeverity,
    CheckCount,
    ClosedCase,
    Grade,
    MerchantStanding,
    PenaltyLevel,
    PenaltyRecord,
    PurchaseCount,
    RatingCount,
    ScoreInputs,
    ScoreInputsInvalid,
    age_days,
)

POLICY = credit_v1()
TODAY = date(2026, 11, 30)
AGES = st.integers(0, 760) | st.sampled_from([0, 180, 729, 730, 731])
COUNTS = st.integers(0, 500)
STARS = st.integers(1, 5)
CASES = st.builds(
    ClosedCase,
    AGES,
    st.sampled_from(CaseSeverity),
    st.sampled_from(CaseOutcome),
    st.booleans(),
    st.none() | STARS,
)
RECORDS = st.builds(PenaltyRecord, st.integers(0, 1200), st.sampled_from(PenaltyLevel))
STANDINGS = st.builds(
    MerchantStanding,
    profile=st.integers(0, 10).map(lambda tenths: Decimal(tenths) / 10),
    penalties=st.lists(RECORDS, max_size=4).map(tuple),
    previous_grade=st.none() | st.sampled_from(GRADES),
)
MERCHANTS = st.builds(
    ScoreInputs,
    ratings=st.lists(st.builds(RatingCount, AGES, STARS, COUNTS), max_size=6).map(tuple),
    purchases=st.lists(st.builds(PurchaseCount, AGES, st.integers(0, 9000)), max_size=4).map(tuple),
    cases=st.lists(CASES, max_size=6).map(tuple),
    checks=st.lists(st.builds(CheckCount, AGES, st.booleans(), COUNTS), max_size=4).map(tuple),
    standing=STANDINGS,
)
many = settings(max_examples=25, deadline=None)


def scored(inputs):
    return score_merchant(inputs, POLICY)


def with_case(inputs, *cases):
    return replace(inputs, cases=inputs.cases + cases)


@many
@given(MERCHANTS)
def test_contributions_sum_to_the_raw_score_exactly(inputs):
    score = scored(inputs)

    assert score.contributions.total == score.raw
    assert sum(line.points for line in explain(inputs, score, POLICY)) == score.raw
    assert 0 <= score.raw <= 100
    assert Decimal(0) <= score.score <= Decimal(100)
    assert score.low <= score.raw <= score.high
    assert score.rank_key == score.low
    for name in ("rating", "burden", "handling", "promise", "profile"):
        assert 0 <= getattr(score.components, name) <= 1


@many
@given(
    MERCHANTS, AGES, st.sampled_from(CaseSeverity), st.sampled_from(["settled_direct", "not_upheld"]),
    st.sampled_from([4, 5, None]),
)  # fmt: skip
def test_a_case_that_is_answered_in_full_never_lowers(inputs, age, severity, outcome, stars):
    case = ClosedCase(age, severity, CaseOutcome(outcome), True, stars)

    assert scored(with_case(inputs, case)).raw >= scored(inputs).raw


@many
@given(MERCHANTS, AGES, st.sampled_from(CaseSeverity), st.none() | STARS)
def test_an_unfounded_case_never_costs(inputs, age, severity, stars):
    case = ClosedCase(age, severity, CaseOutcome.NOT_UPHELD, True, stars)

    assert scored(with_case(inputs, case)).raw >= scored(inputs).raw


@many
@given(
    MERCHANTS, AGES, st.sampled_from(CaseSeverity), st.sampled_from(["withdrawn", "abusive"]),
    st.booleans(), st.none() | STARS,
)  # fmt: skip
def test_withdrawn_and_abusive_cases_count_in_nothing(
    inputs, age, severity, outcome, on_time, stars
):
    case = ClosedCase(age, severity, CaseOutcome(outcome), on_time, stars)

    assert scored(with_case(inputs, case)) == scored(inputs)


@many
@given(MERCHANTS, CASES)
def test_no_case_raises_the_score_of_a_merchant_who_handled_all_well(inputs, case):
    handled = replace(
        inputs, cases=tuple(replace(old, is_on_time=True, stars=None) for old in inputs.cases)
    )

    assert scored(with_case(handled, case)).raw <= scored(handled).raw


@many
@given(MERCHANTS, st.lists(CASES, max_size=8))
def test_handling_is_worth_twenty_points_at_most(inputs, cases):
    """What good cases can win back by diluting earlier failures."""
    harmless = tuple(replace(case, outcome=CaseOutcome.SETTLED_DIRECT) for case in cases)

    assert scored(with_case(inputs, *harmless)).raw - scored(inputs).raw <= 20


@many
@given(MERCHANTS, st.sampled_from(PenaltyLevel), st.integers(0, 1200))
def test_a_repaired_record_is_as_if_it_had_never_been(inputs, level, age):
    age = max(age, POLICY.penalties[level].repair_after_days)
    records = (*inputs.standing.penalties, PenaltyRecord(age, level, is_repaired=True))
    repaired = replace(inputs, standing=replace(inputs.standing, penalties=records))

    assert scored(repaired) == scored(inputs)
    assert explain(repaired, scored(repaired), POLICY) == explain(inputs, scored(inputs), POLICY)


@pytest.mark.parametrize(("level", "earliest"), [("minor", 0), ("general", 90), ("serious", 365)])
def test_repair_before_the_minimum_term_is_an_error(level, earliest):
    def repaired(age):
        record = PenaltyRecord(age, PenaltyLevel(level), is_repaired=True)
        return ScoreInputs(standing=MerchantStanding(penalties=(record,)))

    assert scored(repaired(earliest)).raw == Fraction("83.75")
    with pytest.raises(ScoreInputsInvalid) as refusal:
        scored(repaired(earliest - 1))
    expected = "repaired_too_early" if earliest else "age_negative"
    assert refusal.value.problems[0].code == expected


@many
@given(MERCHANTS, RECORDS)
def test_a_record_costs_less_every_day_until_it_costs_nothing(inputs, record):
    def scored_with(age):
        records = (replace(record, age_days=age),)
        return scored(replace(inputs, standing=replace(inputs.standing, penalties=records))).raw

    term = POLICY.penalties[record.level].term_days
    free = scored(replace(inputs, standing=replace(inputs.standing, penalties=()))).raw
    assert scored_with(record.age_days) <= scored_with(record.age_days + 1) <= free
    assert scored_with(term) == free
    assert scored_with(term - 1) < free or free == 0


@many
@given(MERCHANTS)
def test_records_cost_at_most_forty_points_together(inputs):
    crowd = (PenaltyRecord(0, PenaltyLevel.SERIOUS),) * 5
    score = scored(replace(inputs, standing=replace(inputs.standing, penalties=crowd)))

    assert score.contributions.penalties == -40


@many
@given(MERCHANTS, AGES, STARS)
def test_a_better_rating_is_never_worse(inputs, age, stars):
    def scored_with(number):
        return scored(replace(inputs, ratings=(*inputs.ratings, RatingCount(age, number, 3)))).raw

    assert scored_with(stars) <= scored_with(min(5, stars + 1))


@many
@given(MERCHANTS, AGES, COUNTS)
def test_a_passed_check_is_never_worse_than_a_failed_one_nor_than_none(inputs, age, count):
    passed, failed = (
        scored(replace(inputs, checks=(*inputs.checks, CheckCount(age, is_passed, count)))).raw
        for is_passed in (True, False)
    )

    assert passed >= scored(inputs).raw >= failed


@many
@given(MERCHANTS, AGES, COUNTS)
def test_more_purchases_never_cost(inputs, age, count):
    more = replace(inputs, purchases=(*inputs.purchases, PurchaseCount(age, count)))

    assert scored(more).raw >= scored(inputs).raw


@many
@given(MERCHANTS, CASES)
def test_a_case_costs_more_the_worse_it_went(inputs, case):
    def raw(**changes):
        return scored(with_case(inputs, replace(case, **changes))).raw

    outcomes = ("settled_direct", "settled_in_mediation", "partly_upheld", "upheld")
    by_outcome = [raw(outcome=CaseOutcome(outcome)) for outcome in outcomes]
    by_severity = [raw(severity=severity) for severity in CaseSeverity]
    assert by_outcome == sorted(by_outcome, reverse=True)
    assert by_severity == sorted(by_severity, reverse=True)
    assert raw(is_on_time=True) >= raw(is_on_time=False)
    by_stars = [raw(stars=stars) for stars in (1, 2, 3, 4, 5)]
    assert by_stars == sorted(by_stars)
    assert by_stars[3] == by_stars[4]


@many
@given(MERCHANTS, st.integers(0, 9))
def test_a_fuller_profile_is_never_worse(inputs, tenths):
    low, high = (
        scored(replace(inputs, standing=replace(inputs.standing, profile=Decimal(share) / 10))).raw
        for share in (tenths, tenths + 1)
    )

    assert low <= high <= low + 1


@many
@given(MERCHANTS, st.randoms(use_true_random=False))
def test_the_order_of_facts_means_nothing(inputs, rng):
    def shuffled(rows):
        return tuple(rng.sample(rows, len(rows)))

    other = ScoreInputs(
        shuffled(inputs.ratings),
        shuffled(inputs.purchases),
        shuffled(inputs.cases),
        shuffled(inputs.checks),
        replace(inputs.standing, penalties=shuffled(inputs.standing.penalties)),
    )

    assert scored(other) == scored(inputs)
    assert input_digest(other, TODAY, POLICY) == input_digest(inputs, TODAY, POLICY)


@many
@given(MERCHANTS)
def test_how_counts_are_split_means_nothing(inputs):
    def split(rows):
        halves = [(row.number // 2, row.number - row.number // 2) for row in rows]
        return tuple(
            row._replace(number=number)
            for row, numbers in zip(rows, halves, strict=True)
            for number in numbers
        )

    other = replace(
        inputs,
        ratings=split(inputs.ratings),
        purchases=split(inputs.purchases),
        checks=split(inputs.checks),
    )

    assert scored(other) == scored(inputs)
    assert input_digest(other, TODAY, POLICY) == input_digest(inputs, TODAY, POLICY)


@many
@given(MERCHANTS, st.integers(731, 900))
def test_what_lies_beyond_the_horizon_counts_nothing(inputs, age):
    old = replace(
        inputs,
        ratings=(*inputs.ratings, RatingCount(age, 1, 50)),
        purchases=(*inputs.purchases, PurchaseCount(age, 50)),
        cases=(*inputs.cases, ClosedCase(age, CaseSeverity.SERIOUS, CaseOutcome.UPHELD, False, 1)),
        checks=(*inputs.checks, CheckCount(age, is_passed=False, number=50)),
    )

    assert scored(old) == scored(inputs)


@many
@given(MERCHANTS)
def test_no_published_grade_is_better_than_its_evidence_and_breaches_allow(inputs):
    breach = replace(inputs, standing=replace(inputs.standing, has_missed_remedy=True))
    score = scored(breach)

    assert score.grade in {Grade.D, Grade.E, None}
    assert (score.grade is None) == (score.evidence < 20)
    if score.evidence < 60:
        assert scored(inputs).grade is not Grade.A


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        (ScoreInputs(ratings=(RatingCount(3, 5), RatingCount(-1, 5))), "ratings[1]"),
        (ScoreInputs(purchases=(PurchaseCount(-1),)), "transactions[0]"),
        (
            ScoreInputs(cases=(ClosedCase(-1, CaseSeverity.MINOR, CaseOutcome.WITHDRAWN, True),)),
            "cases[0]",
        ),
        (ScoreInputs(checks=(CheckCount(-1, True),)), "checks[0]"),
        (
            ScoreInputs(
                standing=MerchantStanding(penalties=(PenaltyRecord(-1, PenaltyLevel.MINOR),))
            ),
            "penalties[0]",
        ),
    ],
)
def test_a_fact_of_the_future_is_an_error(inputs, path):
    with pytest.raises(ScoreInputsInvalid) as refusal:
        scored(inputs)

    assert [(problem.path, problem.code) for problem in refusal.value.problems] == [
        (path, "age_negative")
    ]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        (ScoreInputs(ratings=(RatingCount(0, 0),)), "stars_out_of_range"),
        (ScoreInputs(ratings=(RatingCount(0, 6),)), "stars_out_of_range"),
        (ScoreInputs(ratings=(RatingCount(0, 5, -1),)), "count_out_of_range"),
        (
            ScoreInputs(
                cases=(ClosedCase(0, CaseSeverity.MINOR, CaseOutcome.UPHELD, True, stars=0),)
            ),
            "stars_out_of_range",
        ),
        (ScoreInputs(standing=MerchantStanding(profile=Decimal("1.1"))), "not_in_range"),
        (ScoreInputs(standing=MerchantStanding(profile=Decimal("-0.1"))), "not_in_range"),
        (ScoreInputs(standing=MerchantStanding(profile=Decimal("NaN"))), "not_in_range"),
        (ScoreInputs(standing=MerchantStanding(profile=Decimal("sNaN"))), "not_in_range"),
        (
            ScoreInputs(standing=MerchantStanding(profile=Decimal("0.123456789012345678901"))),
            "too_many_digits",
        ),
    ],
)
def test_facts_out_of_range_are_an_error(inputs, code):
    with pytest.raises(ScoreInputsInvalid) as refusal:
        scored(inputs)

    assert [problem.code for problem in refusal.value.problems] == [code]


def test_an_age_is_of_whole_days_and_never_negative():
    assert age_days(TODAY, TODAY) == 0
    assert age_days(TODAY - timedelta(days=400), TODAY) == 400
    with pytest.raises(ValueError, match="is after"):
        age_days(TODAY + timedelta(days=1), TODAY)
