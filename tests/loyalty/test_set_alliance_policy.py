"""The rules of the alliance begin at an instant, follow each other and are never rewritten."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from district.kernel import clock
from district.kernel.models import AuditLine
from district.merchants import services as merchants
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import AlliancePolicyOutOfBounds, AlliancePolicyOverlap, BreakageToMerchant
from loyalty.models import AlliancePolicy, Draw, Transfer
from loyalty.services import AlliancePolicyValues
from tests.factories.loyalty import buy, fresh_key
from tests.factories.members import make_operator
from tests.loyalty.sql_bypass import refused
from tests.race import race


@pytest.fixture
def fund(db):
    return merchants.create_fund(name="商圈公益金", by=None, key=fresh_key())


def test_before_any_rules_the_usual_ones_hold(db):
    assert queries.alliance_policy_at(clock.now()) == AlliancePolicyValues()


def test_rules_hold_from_their_start_and_end_those_before(db):
    now = clock.now()
    first = loyalty.set_alliance_policy(policy=AlliancePolicyValues(confirm_from=500), start=now)
    later = now + timedelta(days=3)

    second = loyalty.set_alliance_policy(
        policy=AlliancePolicyValues(confirm_from=900), start=later, by=make_operator()
    )

    first.refresh_from_db()
    assert first.valid.upper == second.valid.lower == later
    assert queries.alliance_policy_at(later - timedelta(microseconds=1)).confirm_from == 500
    assert queries.alliance_policy_at(later).confirm_from == 900
    line = AuditLine.objects.latest("pk")
    assert (line.verb, line.facts["confirm_from"]) == ("set_alliance_policy", 900)


def test_nothing_is_ruled_backwards(db):
    with clock.travel_to(clock.now()):
        row = loyalty.set_alliance_policy(
            policy=AlliancePolicyValues(), start=clock.now() - timedelta(days=30)
        )

        assert row.valid.lower == clock.now()


def test_what_is_in_force_already_changes_nothing(db):
    row = loyalty.set_alliance_policy(policy=AlliancePolicyValues(grace_days=9), start=clock.now())

    again = loyalty.set_alliance_policy(
        policy=AlliancePolicyValues(grace_days=9), start=clock.now() + timedelta(days=1)
    )

    assert (again, AlliancePolicy.objects.count(), AuditLine.objects.count()) == (row, 1, 1)


def test_rules_cannot_be_pushed_in_before_later_ones(db):
    far = clock.now() + timedelta(days=9)
    loyalty.set_alliance_policy(policy=AlliancePolicyValues(warn_days=10), start=far)

    with pytest.raises(AlliancePolicyOverlap) as refusal:
        loyalty.set_alliance_policy(
            policy=AlliancePolicyValues(warn_days=11), start=far - timedelta(days=1)
        )

    assert refusal.value.facts == {"earliest": far.isoformat()}
    assert AlliancePolicy.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"hold_minutes": 0},
        {"grace_days": 91},
        {"confirm_minutes": 61},
        {"warn_days": 366},
        {"fallback_per_fen": 0},
        {"fallback_points": -1},
        {"fallback_price_milli_fen": 100_001},
        {"adjust_limit": 0},
        {"adjust_limit": 60_000},
        {"confirm_from": 0},
    ],
)
def test_rules_out_of_bounds_are_refused(db, changes):
    with pytest.raises(AlliancePolicyOutOfBounds):
        loyalty.set_alliance_policy(policy=AlliancePolicyValues(**changes), start=clock.now())

    assert not AlliancePolicy.objects.exists()


def test_what_nobody_spent_may_fall_to_a_fund(member, tea, fund):
    now = clock.now()
    with clock.travel_to(now - timedelta(days=800)):
        loyalty.set_alliance_policy(
            policy=AlliancePolicyValues(breakage_to=fund.pk), start=clock.now()
        )
        buy(member, tea, fen=5_000)
    loyalty.sweep_accounts()

    draw = Draw.objects.get(transfer=Transfer.objects.get(kind="expire"))

    assert (draw.redeemer, draw.points) == (fund, 50)
    [claim] = queries.clearing()
    assert (claim.issuer, claim.redeemer, claim.points) == (tea.merchant_id, fund.pk, 50)


def test_no_merchant_keeps_what_others_members_forgot(tea):
    with pytest.raises(BreakageToMerchant):
        loyalty.set_alliance_policy(
            policy=AlliancePolicyValues(breakage_to=tea.merchant_id), start=clock.now()
        )


@pytest.mark.parametrize("kind", ["merchant", "fund", None])
def test_not_even_the_table_takes_a_merchant_for_breakage(tea, kind):
    names = "alliance_policy_breakage_to_no_merchant|rules_breakage_to_a_party_of_its_kind"
    with pytest.raises(IntegrityError, match=names), transaction.atomic():
        AlliancePolicy.objects.create(
            valid=DateTimeTZRange(clock.now(), None), breakage_to=tea.merchant, breakage_kind=kind
        )


def test_a_party_that_keeps_breakage_does_not_change_its_kind(fund):
    loyalty.set_alliance_policy(policy=AlliancePolicyValues(breakage_to=fund.pk), start=clock.now())

    fund.kind = "merchant"
    with (
        pytest.raises(IntegrityError, match="rules_breakage_to_a_party_of_its_kind"),
        transaction.atomic(),
    ):
        fund.save()


def test_rules_never_overlap(db):
    loyalty.set_alliance_policy(policy=AlliancePolicyValues(), start=clock.now())

    with pytest.raises(IntegrityError, match="alliance_policy_one_at_a_time"), transaction.atomic():
        AlliancePolicy.objects.create(valid=DateTimeTZRange(clock.now(), None))


@pytest.mark.parametrize(
    "act",
    [
        "update loyalty_alliancepolicy set grace_days = 8",
        "update loyalty_alliancepolicy set breakage_to_id = null, breakage_kind = null",
        "delete from loyalty_alliancepolicy",
        "truncate loyalty_alliancepolicy",
    ],
)
def test_published_rules_are_not_rewritten(db, act):
    loyalty.set_alliance_policy(policy=AlliancePolicyValues(), start=clock.now())

    refused("append-only", act)


def test_a_fund_is_founded_once_for_a_key(db):
    key = fresh_key(name="公益金")

    first = merchants.create_fund(name="公益金", by=make_operator(), key=key)

    assert merchants.create_fund(name="公益金", by=None, key=key) == first
    assert first.kind == "fund"


def test_of_rules_set_at_the_same_moment_one_holds(real_db):
    start = clock.now() + timedelta(days=1)

    outcomes = race(
        *[
            lambda days=days: loyalty.set_alliance_policy(
                policy=AlliancePolicyValues(warn_days=days), start=start
            )
            for days in range(1, 9)
        ]
    )

    assert sum(isinstance(outcome, AlliancePolicy) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlliancePolicyOverlap) for outcome in outcomes) == 7
