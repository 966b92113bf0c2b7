"""A merchant says that a fact is wrong, or a word on it; another person decides."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from credit import services as credit
from credit.errors import FactNotOfMerchant, FactObjected
from credit.models import FactCorrection
from credit.queries.profiles import known_inspections
from credit.queries.standing import store_standing
from district.kernel import clock
from district.kernel.errors import FourEyesNeeded, ProposalDecided
from tests.credit.test_case_outcomes import record as record_case
from tests.factories.credit import fresh_key, make_charter_record, make_inspection
from tests.factories.members import make_staff
from tests.factories.merchants import make_store


@pytest.fixture
def people(db):
    return make_staff("jia"), make_staff("yi")


def correct(store, fact, by):
    return credit.request_correction(
        merchant=store.merchant, fact=fact, reason="数错了", by=by, key=fresh_key()
    )


def test_an_upheld_correction_voids_the_fact_and_a_rejected_one_may_be_asked_again(store, people):
    clerk, other = people
    inspection = make_inspection(store, passed=1, failed=5)
    first = correct(store, inspection, clerk)
    with pytest.raises(FactObjected):
        correct(store, inspection, clerk)
    with pytest.raises(FourEyesNeeded):
        credit.uphold_correction(proposal=first, by=clerk)
    credit.reject_correction(proposal=first, by=other, note="照片为证")
    assert list(known_inspections([store.merchant_id], clock.now())) == [inspection]
    second = correct(store, inspection, clerk)
    before = clock.now()
    credit.uphold_correction(proposal=second, by=other)
    with pytest.raises(ProposalDecided):
        credit.reject_correction(proposal=second, by=other)

    assert list(known_inspections([store.merchant_id], clock.now())) == []
    assert list(known_inspections([store.merchant_id], before)) == [inspection]
    with pytest.raises(FactObjected):
        correct(store, inspection, clerk)


def test_a_record_is_shown_as_disputed_and_with_the_merchants_word(store, people):
    record = make_charter_record(store.merchant, date(2026, 9, 1), by=people)
    correction = correct(store, record, people[0])
    statement = credit.submit_statement(
        merchant=store.merchant, fact=record, text="已整改", by=people[0], key=fresh_key()
    )

    def displayed():
        (row,) = store_standing(store.public_id, at=clock.now()).records
        return row.is_disputed, row.statement

    assert displayed() == (True, "")
    credit.approve_statement(proposal=statement, by=people[1])
    credit.reject_correction(proposal=correction, by=people[1])
    assert displayed() == (False, "已整改")
    with pytest.raises(FactObjected):
        credit.submit_statement(
            merchant=store.merchant, fact=record, text="再说", by=people[0], key=fresh_key()
        )
    credit.uphold_correction(proposal=correct(store, record, people[0]), by=people[1])
    assert store_standing(store.public_id, at=clock.now()).records == []


def test_only_the_merchants_own_facts_and_one_at_a_time(store, people):
    other = make_store()
    foreign = make_inspection(other)
    record_case(other)
    for fact in (foreign, "cas_1", "cas_none"):
        with pytest.raises(FactNotOfMerchant):
            correct(store, fact, people[0])
    row = correct(other, "cas_1", people[0])
    assert row.fact == "cas_1"
    for broken in ({"inspection": foreign}, {"case": None}):
        with (
            pytest.raises(IntegrityError, match="fact_correction_of_one_fact"),
            transaction.atomic(),
        ):
            FactCorrection.objects.filter(pk=row.pk).update(**broken)
