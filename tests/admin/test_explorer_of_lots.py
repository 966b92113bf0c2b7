"""From lots that came later to those they come from, where nothing is settled yet and terms may be old."""

from datetime import timedelta

import pytest

from district.kernel import clock
from loyalty.models import Lot, PointsAccount, Transfer
from loyalty.services import EarningTerms, sweep_accounts
from tests.admin.action_forms import text_of
from tests.admin.points_history import capture, make_hold
from tests.admin.test_explorer import address, links
from tests.admin.two_merchants import signed_in
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member, make_operator


@pytest.fixture
def operator(db):
    return signed_in(make_operator())


def test_points_of_grace_lead_to_the_lot_they_come_from_and_back(operator):
    store = make_earning_store(EarningTerms(validity_months=1))
    member, now = make_member(), clock.real_now()
    with clock.travel_to(now - timedelta(days=40)):
        first = buy(member, store, fen=5_000)
    with clock.travel_to(first.transfer.at + timedelta(days=20)):
        hold = make_hold(member, store, points=50, no="宽限", minutes=30 * 24 * 60)
    capture(hold, 20)
    grace = Transfer.objects.get(kind="grace", account=member.pk)
    lot, old = Lot.objects.get(pk=grace.pk), Lot.objects.get(pk=first.transfer_id)
    assert lot.origin == old

    assert {address(hold), address(lot), address(old)} <= links(operator, grace)
    assert {address(old), address(first)} <= links(operator, lot)
    assert address(lot) in links(operator, old)


def test_an_activation_leads_to_the_lots_that_began(operator):
    store, member = make_earning_store(EarningTerms(pending_days=2)), make_member()
    with clock.travel_to(clock.real_now() - timedelta(days=5)):
        bought = buy(member, store, fen=5_000)
    waiting = PointsAccount.objects.get(pk=member.pk)
    assert "50 待生效" in text_of(operator.get(address(waiting)))
    assert "此刻余额" in text_of(operator.get(address(waiting)))

    sweep_accounts()

    activation = Transfer.objects.get(kind="activate", account=member.pk)
    assert address(Lot.objects.get(pk=bought.transfer_id)) in links(operator, activation)
    assert "此刻余额" not in text_of(operator.get(address(waiting)))
