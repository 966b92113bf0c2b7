"""Who keeps what nobody spent: the rule of the day on which it ended."""

from datetime import datetime, timedelta

import pytest

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from district.merchants import services as merchants
from district.merchants.models import Merchant
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import Draw
from loyalty.services import AlliancePolicyValues, EarningTerms
from tests.factories.loyalty import buy, make_earning_store, pay_points, undo
from tests.factories.merchants import make_merchant

BOUGHT = datetime(2026, 4, 10, 12, 0, tzinfo=SHANGHAI)
ENDS = datetime(2026, 5, 10, tzinfo=SHANGHAI)
DAY = timedelta(days=1)


@pytest.fixture
def short(db):
    return make_earning_store(EarningTerms(validity_months=1, price_milli_fen=700))


@pytest.fixture
def fund(db):
    return make_merchant(kind=Merchant.Kind.FUND)


def rule(party, start):
    with clock.travel_to(BOUGHT - DAY):
        policy = AlliancePolicyValues(breakage_to=party and party.pk)
        loyalty.set_alliance_policy(policy=policy, start=start)


@pytest.fixture
def bought(member, short):
    with clock.travel_to(BOUGHT):
        return buy(member, short, fen=10_000)


def sweep_at(instant):
    with clock.travel_to(instant):
        loyalty.sweep_accounts()


def test_without_a_rule_points_fall_back_to_their_issuer(bought, short):
    sweep_at(ENDS)

    assert Draw.objects.get().redeemer_id == short.merchant_id
    assert queries.clearing() == []


def test_a_party_that_keeps_them_is_paid_by_the_issuer(bought, short, fund):
    rule(fund, BOUGHT - DAY)

    sweep_at(ENDS)

    (claim,) = queries.clearing()
    assert (claim.issuer, claim.redeemer) == (short.merchant_id, fund.pk)
    assert (claim.points, claim.milli_fen) == (100, 70_000)


@pytest.mark.parametrize(
    ("begins", "kept"), [(ENDS, True), (ENDS + timedelta(microseconds=1), False)]
)
def test_it_is_the_rule_of_the_very_instant(bought, fund, begins, kept):
    rule(fund, begins)

    # The sweep comes days later, under the new rule in either case.
    sweep_at(ENDS + 3 * DAY)

    assert (Draw.objects.get().redeemer_id == fund.pk) == kept


def test_lots_of_two_days_follow_two_rules(member, short, bought, fund):
    alliance = merchants.alliance_party()
    rule(fund, BOUGHT)
    with clock.travel_to(BOUGHT + DAY):
        buy(member, short, fen=5_000)
    rule(alliance, ENDS + DAY)

    sweep_at(ENDS + 9 * DAY)

    kept = dict(Draw.objects.values_list("redeemer_id", "points"))
    assert kept == {fund.pk: 100, alliance.pk: 50}


def test_what_dies_on_its_way_back_follows_the_rule_of_its_day(member, short, tea, bought, fund):
    rule(fund, BOUGHT)
    with clock.travel_to(BOUGHT):
        spent = pay_points(member, tea, points=30)
    with clock.travel_to(ENDS + DAY):
        undo(spent, tea)

    kept = [(draw.redeemer_id, draw.points) for draw in Draw.objects.order_by("pk")]
    assert kept == [(tea.merchant_id, 30), (fund.pk, 70), (fund.pk, 30)]
    (claim,) = queries.clearing()
    assert (claim.redeemer, claim.points) == (fund.pk, 100)
