"""A policy of the score is tried, proposed, approved by another person, announced, and holds from its day on."""

import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from credit import services as credit
from credit.errors import (
    ScorePolicyBegun,
    ScorePolicyDocumentInvalid,
    ScorePolicyNameTaken,
    ScorePolicyStartTaken,
    ScorePolicyTooSoon,
)
from credit.models import CreditSnapshot, ScorePolicyVersion
from credit.queries.policies import policy_on
from credit.queries.snapshots import recompute
from credit.score.policy_document import credit_v1, policy_document
from district.kernel import clock
from district.kernel.errors import FourEyesNeeded, ProposalDecided
from tests.credit.test_snapshots import AT, NEXT_NIGHT, live_a_day, take
from tests.factories.credit import announce_policy, fresh_key, policy_with, propose_policy
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_staff

BEGINS = date(2026, 12, 10)


@pytest.fixture
def people(db):
    return make_staff("jia"), make_staff("yi")


@pytest.fixture(autouse=True)
def day():
    with clock.travel_to(AT):
        yield


def test_an_announced_policy_holds_from_its_day_on_and_no_day_before_changes(people):
    proposal = propose_policy("credit-v2", BEGINS, people[0], grades={"A": 92})
    assert policy_on(BEGINS) == credit_v1()
    with pytest.raises(FourEyesNeeded):
        credit.approve_score_policy(proposal=proposal, by=people[0])
    credit.approve_score_policy(proposal=proposal, by=people[1])
    assert credit.approve_score_policy(proposal=proposal, by=people[1]) == proposal

    assert policy_on(BEGINS - timedelta(days=1)) == credit_v1()
    assert policy_on(BEGINS).version == "credit-v2"
    assert policy_on(BEGINS).grades.bounds["A"] == 92
    with pytest.raises(ProposalDecided):
        credit.reject_score_policy(proposal=proposal, by=people[1])


def test_two_weeks_are_given_one_policy_begins_a_day_and_names_are_not_used_twice(people):
    early = clock.business_day(clock.now()) + timedelta(days=13)
    with pytest.raises(ScorePolicyTooSoon) as refused:
        propose_policy("credit-v2", early, people[0])
    assert refused.value.facts["earliest"] == "2026-12-04"
    with pytest.raises(ScorePolicyNameTaken):
        propose_policy("credit-v1", BEGINS, people[0])
    waiting = propose_policy("credit-v2", BEGINS, people[0])
    with pytest.raises(ScorePolicyNameTaken):
        propose_policy("credit-v2", BEGINS, people[0])
    late = clock.start_of_day(BEGINS - timedelta(days=13))
    with clock.travel_to(late), pytest.raises(ScorePolicyTooSoon):
        credit.approve_score_policy(proposal=waiting, by=people[1])
    announce_policy("credit-v3", BEGINS, people)
    with pytest.raises(ScorePolicyStartTaken):
        credit.approve_score_policy(proposal=waiting, by=people[1])
    credit.reject_score_policy(proposal=waiting, by=people[1], note="过期")
    assert propose_policy("credit-v2", BEGINS + timedelta(days=1), people[0]).state == "proposed"


def test_what_is_announced_may_be_withdrawn_until_its_day(people):
    policy = announce_policy("credit-v2", BEGINS, people)
    waiting = propose_policy("credit-v3", BEGINS + timedelta(days=1), people[0])
    with pytest.raises(ScorePolicyBegun):
        credit.withdraw_score_policy(policy=waiting, reason="误", by=people[0])
    with clock.travel_to(clock.start_of_day(BEGINS)), pytest.raises(ScorePolicyBegun):
        credit.withdraw_score_policy(policy=policy, reason="误", by=people[0])
    with clock.travel_to(clock.start_of_day(BEGINS) - timedelta(seconds=1)):
        row = credit.withdraw_score_policy(policy=policy, reason="有误", by=people[0])
        assert credit.withdraw_score_policy(policy=policy, reason="再", by=people[1]) == row
    assert policy_on(BEGINS) == credit_v1()
    announce_policy("credit-v4", BEGINS, people)


def test_a_document_with_faults_or_against_what_was_granted_is_refused(people):
    for change, fault in (
        ({"grades": {"A": 70}}, "grades: not_falling"),
        ({"decay": {"horizon_days": 900}}, "decay.horizon_days"),
        ({"penalties": {"general": {"repair_after_days": 120}}}, "penalties.general"),
        ({"rating": {"weight_bp": 3001}}, "weights_wrong_sum"),
    ):
        with pytest.raises(ScorePolicyDocumentInvalid, match=fault):
            credit.run_policy_shadow(
                document=policy_with("credit-v2", **change), by=people[0], key=fresh_key()
            )
    higher = announce_policy("credit-v8", BEGINS + timedelta(days=60), people)
    with pytest.raises(ScorePolicyDocumentInvalid, match="90–90"):
        propose_policy(
            "credit-v7", BEGINS, people[0], penalties={"general": {"repair_after_days": 30}}
        )
    credit.withdraw_score_policy(policy=higher, reason="先改", by=people[0])
    lower = {"general": {"repair_after_days": 30}}
    back = propose_policy("credit-v9", BEGINS + timedelta(days=30), people[0])
    announce_policy("credit-v2", BEGINS, people, penalties=lower)
    # Records repaired after 30 days would be faults under it.
    with pytest.raises(ScorePolicyDocumentInvalid, match="repair_after_days"):
        credit.approve_score_policy(proposal=back, by=people[1])


def test_snapshots_and_their_recomputation_use_the_policy_of_their_day(people):
    store = make_earning_store()
    live_a_day(store)
    take()
    with clock.travel_to(NEXT_NIGHT):
        policy = announce_policy(
            "credit-v2",
            BEGINS,
            people,
            grades={"B": 89, "C": 88},
            profile={"items_bp": {"licence": 5000, "address": 1000}},
        )
    begun = clock.start_of_day(BEGINS + timedelta(days=1)) + timedelta(hours=2)
    take(begun)
    first, second = CreditSnapshot.objects.filter(merchant=store.merchant).order_by("as_of")

    assert (first.policy_version, second.policy_version) == ("credit-v1", "credit-v2")
    assert recompute(first).is_right
    assert recompute(second).is_right
    assert recompute(second).are_facts_the_same
    run = policy.shadow
    assert (run.compared_with, run.merchants) == (
        "credit-v1",
        CreditSnapshot.objects.filter(as_of=first.as_of).count(),
    )
    assert run.changed == sum(n for before, after, n in run.changes if before != after) == 1
    listed = Client().get("/api/v1/credit/policies").json()
    assert listed["in_force"]["version"] == "credit-v1"
    (announced,) = listed["announced"]
    assert announced["document"]["grades"]["B"] == 89
    assert announced["shadow"]["changed"] == 1
    with clock.travel_to(begun):
        listed = Client().get("/api/v1/credit/policies").json()
    assert [row["version"] for row in listed["earlier"]] == ["credit-v1"]
    assert listed["in_force"]["effective_on"] == BEGINS.isoformat()


def test_the_database_keeps_policies_as_they_were_approved(people):
    policy = announce_policy("credit-v2", BEGINS, people)
    other = json.dumps(policy_document(credit_v1()) | {"version": "credit-v2"})
    for changes in (
        {"document": other},
        {"effective_on": BEGINS + timedelta(days=1)},
        {"state": "rejected"},
        {"decided_at": clock.now() - timedelta(days=30)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ScorePolicyVersion.objects.filter(pk=policy.pk).update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        policy.delete()
    shadow = credit.run_policy_shadow(
        document=policy_with("credit-v3"), by=people[0], key=fresh_key()
    )
    other_run = credit.run_policy_shadow(
        document=policy_with("credit-v4"), by=people[0], key=fresh_key()
    )
    right = {
        "version": "credit-v3",
        "document": shadow.document,
        "sha256": shadow.sha256,
        "shadow": shadow,
        "effective_on": BEGINS + timedelta(days=2),
        "reason": "修订",
        "state": "approved",
        "proposed_by": people[0],
        "proposed_at": clock.now(),
        "decided_by": people[1],
        "decided_at": clock.now(),
    }
    for name, wrong in (
        ("sealed", {"document": other}),
        ("sealed", {"version": "credit-v5"}),
        ("of_its_shadow_run", {"shadow": other_run}),
        ("announced_14_days_ahead", {"effective_on": date(2026, 12, 3)}),
        ("by_four_eyes", {"decided_by": people[0]}),
        ("one_begins_a_day", {"effective_on": BEGINS}),
        (
            "withdrawn_before_its_day",
            {
                "withdrawn_at": clock.start_of_day(BEGINS + timedelta(days=2)),
                "withdrawn_by": people[0],
                "withdrawn_for": "误",
            },
        ),
    ):
        with pytest.raises(IntegrityError, match=f"score_policy_{name}"), transaction.atomic():
            ScorePolicyVersion.objects.create(**right | wrong)
    ScorePolicyVersion.objects.create(**right)
