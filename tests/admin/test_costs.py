"""A page costs as many queries with many rows as with few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from district.kernel import audit
from district.kernel.models import OutboxRow
from district.members.models import User
from district.merchants.models import Clerk
from tests.admin.two_merchants import label, registered_admins
from tests.factories.loyalty import LONG_AGO, buy, pay_points, undo
from tests.factories.members import make_member
from tests.factories.merchants import make_membership, make_store, till_key_text

MOST = {"operator": 40, "owner": 46}


def more_of_everything(side, rows=12):
    for number in range(rows):
        member = make_member(f"多一位{number}")
        buy(member, side.store, fen=20_000)
        undo(pay_points(member, side.second, points=50), side.second)
        store = make_store(merchant=side.merchant)
        till_key_text(store, name=f"收银{number}")
        user = User.objects.create_staff(f"more{side.merchant.pk}_{number}")
        Clerk.objects.create(
            user=user, merchant=side.merchant, role="cashier", appointed_at=LONG_AGO
        )
        make_membership(merchant=make_store().merchant)
        audit.record(verb="open_store", subject=f"merchants.store:{store.pk}", by=user)
        OutboxRow.objects.create(name="PointsEarned", payload={})


def queries(client, address):
    """Of a page that was asked for before: what a process remembers is not counted."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200, address
    return len(captured)


@pytest.mark.parametrize("who", ["operator", pytest.param("owner", marks=pytest.mark.slow)])
def test_lists_and_the_dashboard_cost_the_same_however_long_they_are(two_merchants, who, request):
    client = request.getfixturevalue(who)
    addresses = ["/admin/"] + [f"/admin/{label(model)}/" for model, _ in registered_admins()]
    addresses = [address for address in addresses if client.get(address).status_code == 200]
    few = {address: queries(client, address) for address in addresses}

    more_of_everything(two_merchants.second)

    many = {address: queries(client, address) for address in addresses}
    assert {
        address: (few[address], count)
        for address, count in many.items()
        if count > few[address] + 1
    } == {}
    assert {address: count for address, count in many.items() if count > MOST[who]} == {}


def test_a_page_of_the_explorer_costs_the_same_for_many_draws(two_merchants, operator):
    side, member = two_merchants.second, make_member("攒分的客")
    for _ in range(2):
        buy(member, side.store, fen=1_000)
    small = pay_points(member, side.store, points=20)
    for _ in range(12):
        buy(member, side.store, fen=1_000)
    large = pay_points(member, side.store, points=120)

    assert (small.draws.count(), large.draws.count()) == (2, 12)
    cost = [
        queries(operator, f"/admin/loyalty/transfer/{row.pk}/change/")
        for row in (small, small, large)
    ][1:]
    assert cost[0] == cost[1]
    assert cost[1] <= 40
