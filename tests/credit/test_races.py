"""Two people at the same instant: one of them is first, and nothing is done twice or by halves."""

from datetime import timedelta

import pytest

from credit import services as credit
from credit.models import (
    FactCorrection,
    MerchantStatement,
    PromiseAdoption,
    Rating,
    RecordRepair,
    RecordVersion,
    ScorePolicyVersion,
)
from credit.queries.ratings import rating_rows, shopper_ratings
from credit.score.rating_cap import cap_ratings
from district.kernel import clock, invariants
from district.kernel.errors import DomainError
from tests.factories.credit import (
    fresh_key,
    make_charter_record,
    make_inspection,
    propose_policy,
)
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member, make_staff
from tests.race import race


@pytest.fixture
def people(real_db):
    return make_staff("jia"), make_staff("yi"), make_staff("bing")


@pytest.fixture(autouse=True)
def sound_afterwards(people):
    yield
    assert list(invariants.offences()) == []


def outcomes(*calls):
    """What each came to: "done", or the code of its refusal."""
    found = []

    def noted(call):
        def run():
            try:
                call()
            except DomainError as refusal:
                found.append(refusal.code)
            else:
                found.append("done")

        return run

    race(*map(noted, calls))
    return sorted(found)


def test_a_fact_is_objected_to_once_and_decided_once(people):
    store = make_earning_store()
    inspection = make_inspection(store, failed=2)

    def objects(verb, **says):
        return lambda: verb(
            merchant=store.merchant, fact=inspection, by=people[0], key=fresh_key(), **says
        )

    correct = objects(credit.request_correction, reason="误")
    state = objects(credit.submit_statement, text="已整改")
    assert outcomes(*[correct] * 4, *[state] * 4) == ["done"] * 2 + ["fact_objected"] * 6
    correction, statement = FactCorrection.objects.get(), MerchantStatement.objects.get()
    decided = outcomes(
        lambda: credit.uphold_correction(proposal=correction, by=people[1]),
        lambda: credit.reject_correction(proposal=correction, by=people[2]),
        lambda: credit.approve_statement(proposal=statement, by=people[1]),
        lambda: credit.reject_statement(proposal=statement, by=people[2]),
    )
    assert decided == ["done"] * 2 + ["proposal_decided"] * 2


def test_an_upheld_correction_revises_each_day_once(people):
    store = make_earning_store()
    now = clock.now()
    with clock.travel_to(now - timedelta(days=1)):
        inspection = make_inspection(store, failed=2)
    credit.take_snapshots()
    correction = credit.request_correction(
        merchant=store.merchant, fact=inspection, reason="误", by=people[0], key=fresh_key()
    )
    credit.uphold_correction(proposal=correction, by=people[1])
    race(*[credit.revise_waiting] * 3, credit.take_snapshots)
    assert store.merchant.credit_snapshots.count() == 2


def test_a_repair_is_asked_for_once_and_granted_once(people):
    store = make_earning_store()
    day = clock.business_day(clock.now()) - timedelta(days=200)
    record = make_charter_record(store.merchant, day, by=people[:2])

    def request():
        credit.request_repair(
            record=record, remedy="改", pledge="诺", by=people[0], key=fresh_key()
        )

    assert outcomes(*[request] * 4) == ["done"] + ["repair_requested"] * 3
    repair = RecordRepair.objects.get()
    granted = outcomes(
        lambda: credit.approve_repair(proposal=repair, by=people[1]),
        lambda: credit.approve_repair(proposal=repair, by=people[2]),
        lambda: credit.reject_repair(proposal=repair, by=people[2]),
    )
    assert granted.count("done") == 1
    assert RecordVersion.objects.filter(record=record).count() <= 2


def test_a_promise_is_joined_once_at_a_time_and_left_once(people):
    store = make_earning_store()
    promise = credit.set_promise(code="one", name="放心消费", description="不售假", by=None)

    def join():
        credit.join_promise(promise=promise, merchant=store.merchant, by=people[0])

    assert outcomes(*[join] * 4) == ["done"] * 4
    adoption = PromiseAdoption.objects.get()

    def leave():
        credit.leave_promise(adoption=adoption, reason="停业", by=people[0])

    assert outcomes(*[leave] * 3) == ["done"] + ["promise_not_joined"] * 2
    race(join, leave, join)
    assert PromiseAdoption.objects.filter(left_at=None).count() == 1


def test_of_ratings_at_once_one_counts_and_a_reply_is_given_once(people):
    store, member = make_earning_store(), make_member()
    buy(member, store, fen=20_00)
    key = fresh_key()

    def rate(key):
        credit.rate_purchase(member=member, store=store, stars=5, key=key)

    race(*[lambda: rate(key)] * 3, *[lambda: rate(fresh_key())] * 3)
    now = clock.now()
    today = clock.business_day(now)
    rows = rating_rows([store.merchant_id], as_of=today, at=now, corrected_at=now)
    counted = cap_ratings(shopper_ratings(rows[store.merchant_id], today))
    assert Rating.objects.count() == 4
    assert sum(row.number for row in counted.ratings) == 1
    rating = Rating.objects.first()

    def reply(text):
        return lambda: credit.reply_to_rating(rating=rating, text=text, by=people[0])

    assert outcomes(*map(reply, "甲乙丙")) == ["done"] + ["rating_replied"] * 2


def test_a_policy_is_proposed_once_decided_once_and_begins_alone_on_its_day(people):
    day = clock.business_day(clock.now()) + timedelta(days=20)
    shadow = propose_policy("credit-v9", day, people[0]).shadow

    def propose():
        credit.propose_score_policy(
            shadow=shadow, effective_on=day, reason="修订", by=people[0], key=fresh_key()
        )

    assert outcomes(*[propose] * 3) == ["score_policy_name_taken"] * 3
    first, second = (propose_policy(name, day, people[0]) for name in ("credit-a", "credit-b"))
    approvals = [
        lambda row=row, by=by: credit.approve_score_policy(proposal=row, by=by)
        for row in (first, second)
        for by in people[1:]
    ]
    assert outcomes(*approvals).count("done") == 1
    approved = ScorePolicyVersion.objects.get(state="approved")

    def withdraw():
        credit.withdraw_score_policy(policy=approved, reason="误", by=people[1])

    other = second if approved == first else first
    ended = outcomes(
        *[withdraw] * 2,
        lambda: credit.approve_score_policy(proposal=other, by=people[2]),
    )
    assert ended in (["done"] * 3, ["done"] * 2 + ["score_policy_start_taken"])
    in_force = ScorePolicyVersion.objects.filter(state="approved", withdrawn_at=None)
    assert in_force.filter(effective_on=day).count() <= 1
