"""Complaints tell the score what they came to, version by version."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from credit import services as credit
from credit.errors import CaseFactsInvalid, CaseVersionReused
from credit.models import CaseOutcomeVersion
from credit.queries.case_outcomes import counted_cases
from credit.score.values import CaseOutcome, CaseSeverity
from credit.values import FinalCase, UncountedCase
from tests.factories.merchants import make_store
from tests.race import race

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
UPHELD = FinalCase(
    final_on=date(2026, 11, 20),
    severity=CaseSeverity.SERIOUS,
    outcome=CaseOutcome.UPHELD,
    is_on_time=False,
    category="质量",
    stars=2,
    first_answer_minutes=90,
    remedy_missed=True,
)


def record(store, version=1, outcome=UPHELD, at=AT, case="cas_1"):
    return credit.record_case_outcome(
        case=case, version=version, store=store, outcome=outcome, at=at
    )


def known(at=AT):
    return [(row.case, row.version, row.outcome) for row in counted_cases(at)]


def test_the_highest_version_known_at_an_instant_counts(store):
    """Recorded, settled late, then counting nothing; a version that comes late changes nothing."""
    first = record(store)
    assert record(store) == first
    assert first.merchant_id == store.merchant_id
    settled = replace(UPHELD, outcome=CaseOutcome.SETTLED_DIRECT, remedy_missed=False)
    record(store, 3, settled, AT + timedelta(days=2))
    record(store, 2, UncountedCase("open"), AT + timedelta(days=3))
    record(store, 4, UncountedCase("merged"), AT + timedelta(days=4))

    assert known(AT - timedelta(seconds=1)) == []
    assert known() == [("cas_1", 1, "upheld")]
    assert known(AT + timedelta(days=3)) == [("cas_1", 3, "settled_direct")]
    assert known(AT + timedelta(days=4)) == []


def test_a_case_that_moved_counts_at_its_new_merchant_alone(store):
    other = make_store()
    record(store)
    record(other, 2)

    assert [row.merchant_id for row in counted_cases(AT)] == [other.merchant_id]


def test_other_facts_of_a_version_and_impossible_facts_are_refused(store):
    record(store)
    for other in (replace(UPHELD, stars=3), UncountedCase("open")):
        with pytest.raises(CaseVersionReused):
            record(store, outcome=other)
    with pytest.raises(CaseVersionReused):
        record(make_store())
    for impossible in (
        replace(UPHELD, final_on=date(2026, 11, 21)),
        replace(UPHELD, stars=6),
        replace(UPHELD, category=""),
        replace(UPHELD, first_answer_minutes=-1),
        UncountedCase(""),
    ):
        with pytest.raises(CaseFactsInvalid):
            record(store, 2, impossible)
    with pytest.raises(CaseFactsInvalid):
        record(store, 0)

    assert CaseOutcomeVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("broken", "constraint"),
    [
        ({"version": 0}, "case_outcome_versions_from_one"),
        ({"uncounted_reason": "open"}, "case_outcome_has_facts_iff_it_counts"),
        ({"stars": 0}, "case_outcome_of_one_to_five_stars"),
        ({"severity": "grave"}, "case_outcome_of_known_words"),
        ({"final_on": date(2026, 11, 21)}, "case_outcome_final_before_it_was_recorded"),
    ],
)
def test_the_table_refuses_what_the_verb_does(store, broken, constraint):
    row = record(store)
    row.pk, row.version = None, 2
    for name, value in broken.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


def test_one_of_two_tellers_at_once_is_believed(real_db):
    store = make_store()
    answers = race(
        lambda: record(store),
        lambda: record(store, outcome=replace(UPHELD, stars=5)),
        lambda: record(store),
    )

    assert CaseOutcomeVersion.objects.count() == 1
    assert {type(answer) for answer in answers} == {CaseOutcomeVersion, CaseVersionReused}
