"""A budget that is used up is seen and reported, may be changed by two people, and somebody is warned in time."""

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from coupons import services as coupons
from coupons.errors import BudgetUsedUp, TemplateInvalid, VersionNotInState
from coupons.issuing import services as issuing
from coupons.models import BudgetChange, BudgetWarning, Coupon
from coupons.planning_errors import (
    BudgetChanged,
    BudgetChangeOpen,
    BudgetTaken,
)
from coupons.queries.budgets import BudgetBalance, budget_of
from district.kernel.errors import FourEyesNeeded, ProposalDecided
from district.kernel.models import AuditLine, OutboxRow
from tests.factories.coupons import PERCENT_OFF, claim, fresh_key, issue, make_version, redeem
from tests.factories.members import bearer, make_member, make_operator
from tests.factories.merchants import allied_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return make_member("来晚的")


@pytest.fixture
def phone(member):
    return APIClient(**bearer(member))


def proposed(version, was, fen, by=None):
    return coupons.propose_budget_change(
        version=version,
        budget_was_fen=was,
        budget_fen=fen,
        reason="周末加量",
        by=by or make_operator(f"proposing{was}{fen}"),
        key=fresh_key(),
    )


def approved(change, by=None):
    return coupons.decide_budget_change(
        change=change, approve=True, by=by or make_operator(f"deciding{change.pk}")
    )


def used_up(**fields):
    """Stock for a hundred, budget for two, both given."""
    version = make_version(stock=100, budget_fen=1_200, **fields)
    claim(version, make_member("一"))
    claim(version, make_member("二"))
    return version


def test_the_centre_says_so_and_a_claim_is_refused_with_it(phone):
    version = used_up()

    (listed,) = phone.get("/api/v1/coupons").json()["results"]
    refused = phone.post(
        "/api/v1/me/coupons",
        {"version": version.public_id},
        format="json",
        headers={"Idempotency-Key": "k1"},
    )

    assert (listed["stock"], listed["left"], listed["refusal"]) == (
        "budget_used_up",
        0,
        "budget_used_up",
    )
    assert "预算已用完" in listed["why_not"]
    assert (refused.status_code, refused.json()["code"]) == (409, "budget_used_up")


def test_few_are_left_when_the_budget_reaches_for_few(phone):
    version = make_version(stock=1_000, budget_fen=5_000)
    (plenty,) = phone.get("/api/v1/coupons").json()["results"]
    for number in range(9):
        claim(version, make_member(f"会员{number}"))

    (few,) = phone.get("/api/v1/coupons").json()["results"]

    assert (plenty["stock"], plenty["left"]) == ("plenty", 10)
    assert (few["stock"], few["left"], few["refusal"]) == ("few", 1, "")


def test_what_was_reserved_and_came_back_can_be_had_again(phone):
    version = used_up()
    coupons.revoke_coupon(coupon=Coupon.objects.first(), reason="发错了", by=make_operator())

    (listed,) = phone.get("/api/v1/coupons").json()["results"]

    assert (listed["stock"], listed["left"], listed["refusal"]) == ("plenty", 1, "")
    claim(version, make_member("三"))


def test_the_page_behind_a_printed_code_says_so(client):
    page = client.get(f"/c/{used_up().public_id}").content.decode()

    assert "活动预算已用完" in page
    assert "正在发放" not in page


def test_a_job_refuses_its_lines_for_the_budget_and_not_as_sold_out():
    version = make_version(stock=138, budget_fen=1_000)
    people = [make_member(f"会员{number}") for number in range(3)]
    job = issuing.open_issue_job(
        version=version,
        to="\n".join(["member", *(person.public_id for person in people)]).encode(),
        name="周年庆",
        by=make_operator(),
        key=fresh_key(),
    )

    issuing.run_issue_jobs()

    outcomes = job.rows.order_by("line").values_list("outcome", "code")
    assert list(outcomes) == [("issued", ""), ("issued", ""), ("refused", "budget_used_up")]


def test_two_people_raise_it_and_claims_go_on(member):
    version = used_up()

    approved(proposed(version, 1_200, 2_200))

    claim(version, member)
    assert budget_of(version) == BudgetBalance(2_200, 700, 1_500, 0)
    verbs = set(AuditLine.objects.values_list("verb", flat=True))
    assert verbs >= {"propose_budget_change", "approve_budget_change"}


def test_it_is_lowered_to_what_is_taken_and_not_below():
    version = used_up()
    spent = Coupon.objects.first()
    redeem(spent, store=allied_store())
    change = proposed(version, 1_200, 999)

    with pytest.raises(BudgetTaken) as refused:
        approved(change)

    assert refused.value.facts["taken_fen"] == 1_000
    change.refresh_from_db()
    assert change.state == "proposed"
    coupons.decide_budget_change(change=change, approve=False, by=make_operator("no"), note="不够")
    approved(proposed(version, 1_200, 1_000))
    assert budget_of(version) == BudgetBalance(1_000, 0, 500, 500)


def test_whoever_proposed_it_does_not_decide_it():
    by = make_operator("both")
    change = proposed(make_version(budget_fen=1_000), 1_000, 2_000, by)

    with pytest.raises(FourEyesNeeded):
        coupons.decide_budget_change(change=change, approve=True, by=by)
    with (
        pytest.raises(IntegrityError, match="budget_change_by_four_eyes"),
        transaction.atomic(),
    ):
        BudgetChange.objects.filter(pk=change.pk).update(
            state="approved", decided_by=by, decided_at=change.proposed_at
        )


def test_a_change_is_decided_once_and_one_at_a_time():
    version = make_version(budget_fen=1_000)
    change = proposed(version, 1_000, 2_000)
    with pytest.raises(BudgetChangeOpen):
        proposed(version, 1_000, 3_000)
    by = make_operator("decider")
    approved(change, by)

    assert approved(change, by).state == "approved"
    with pytest.raises(ProposalDecided):
        coupons.decide_budget_change(change=change, approve=False, by=make_operator("late"))
    assert budget_of(version).whole_fen == 2_000


def test_what_was_thought_to_be_the_budget_has_to_be_it():
    version = make_version(budget_fen=1_000)

    with pytest.raises(BudgetChanged):
        approved(proposed(version, 900, 2_000))
    with pytest.raises(TemplateInvalid):
        proposed(make_version(), 1, 2_000)
    coupons.stop_version(version=version, by=make_operator("stopper"))
    with pytest.raises(VersionNotInState):
        approved(BudgetChange.objects.get(), by=make_operator("late"))


def test_it_is_warned_of_once_low_and_once_used_up_and_again_after_a_refill():
    version = make_version(budget_fen=2_600, budget_warn_percent=50, per_member=100)
    someone = make_member("一")
    for _ in range(2):
        issue(version, someone)
    assert coupons.watch_budgets() == 0
    issue(version, someone)
    assert (coupons.watch_budgets(), coupons.watch_budgets()) == (1, 0)
    for _ in range(2):
        issue(version, someone)
    assert (coupons.watch_budgets(), coupons.watch_budgets()) == (1, 0)

    approved(proposed(version, 2_600, 5_000))
    assert coupons.watch_budgets() == 0
    issue(version, someone)
    assert coupons.watch_budgets() == 1

    listed = OutboxRow.objects.filter(name="CouponBudgetLow").order_by("pk")
    assert [(row.payload["left_fen"], row.payload["used_up"]) for row in listed] == [
        (1_100, False),
        (100, True),
        (2_000, False),
    ]
    assert BudgetWarning.objects.count() == 3


def test_nobody_is_warned_who_does_not_want_to_be():
    version = make_version(budget_fen=600, budget_warn_percent=0)
    claim(version, make_member("一"))

    assert coupons.watch_budgets() == 0


def test_a_budget_too_small_for_one_percent_coupon_is_used_up(member):
    version = make_version(budget_fen=499, **PERCENT_OFF)

    with pytest.raises(BudgetUsedUp):
        claim(version, member)
