"""Members are warned in time that points end; once for each day."""

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.db import IntegrityError, transaction

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from district.kernel.models import OutboxRow
from loyalty import services as loyalty
from loyalty.models import ExpiryWarning
from loyalty.services import AlliancePolicyValues
from tests.factories.loyalty import buy, fresh_key, pay_points, undo
from tests.factories.members import make_member, make_staff
from tests.loyalty.sql_bypass import refused

BOUGHT = datetime(2024, 11, 20, 15, 0, tzinfo=SHANGHAI)
ENDS = datetime(2026, 11, 20, tzinfo=SHANGHAI)


@pytest.fixture
def bought(member, tea):
    with clock.travel_to(BOUGHT):
        buy(member, tea, fen=5_000)


def warn(at):
    with clock.travel_to(at):
        return loyalty.warn_of_expiry()


def expiry_events():
    return [row.payload for row in OutboxRow.objects.filter(name="PointsExpiring").order_by("pk")]


def test_a_member_is_warned_once_so_many_days_ahead(bought, member):
    assert warn(ENDS - timedelta(days=30, microseconds=1)) == 0
    assert warn(ENDS - timedelta(days=30)) == 1
    assert warn(ENDS - timedelta(days=29)) == 0
    assert warn(ENDS) == 0

    assert expiry_events() == [
        {"member": member.pk, "points": 50, "expires_at": "2026-11-20T00:00:00+08:00"}
    ]
    row = ExpiryWarning.objects.get()
    assert (row.account_id, row.points, row.expires_at) == (member.pk, 50, ENDS)


def test_the_rules_say_how_many_days(bought):
    with clock.travel_to(BOUGHT):
        loyalty.set_alliance_policy(policy=AlliancePolicyValues(warn_days=3), start=BOUGHT)

    assert warn(ENDS - timedelta(days=4)) == 0
    assert warn(ENDS - timedelta(days=3)) == 1


def test_points_of_one_day_get_one_warning_and_other_days_their_own(bought, member, tea, books):
    with clock.travel_to(BOUGHT + timedelta(hours=1)):
        buy(member, books, fen=700)
    with clock.travel_to(BOUGHT + timedelta(days=1)):
        buy(member, books, fen=900)

    assert warn(ENDS - timedelta(days=5)) == 2

    assert [event["points"] for event in expiry_events()] == [57, 9]


def test_what_is_spent_already_gets_no_warning(bought, member, tea):
    with clock.travel_to(BOUGHT):
        pay_points(member, tea, points=50)

    assert warn(ENDS - timedelta(days=5)) == 0


def test_points_given_back_for_a_day_with_a_warning_get_no_second_one(bought, member, tea):
    with clock.travel_to(BOUGHT):
        spent = pay_points(member, tea, points=20)
    assert warn(ENDS - timedelta(days=5)) == 1
    with clock.travel_to(ENDS - timedelta(days=4)):
        undo(spent, tea)

    assert warn(ENDS - timedelta(days=3)) == 0
    assert [event["points"] for event in expiry_events()] == [30]


def test_after_a_merge_the_warning_goes_to_the_account_that_holds_the_points(bought, member):
    other = make_member("新号")
    with clock.travel_to(ENDS - timedelta(days=40)):
        loyalty.merge_members(
            source=member, into=other, reason="同一人", by=make_staff("chen"), key=fresh_key()
        )

    assert warn(ENDS - timedelta(days=5)) == 1
    assert expiry_events()[0]["member"] == other.pk


def test_many_accounts_are_gone_through_in_chunks(tea, monkeypatch):
    sweep = import_module("loyalty.services.warn_of_expiry")
    monkeypatch.setattr(sweep, "_ACCOUNTS", 2)
    with clock.travel_to(BOUGHT):
        for number in range(5):
            buy(make_member(f"客{number}"), tea, fen=1_000)

    assert warn(ENDS - timedelta(days=5)) == 5
    assert ExpiryWarning.objects.values("account").distinct().count() == 5


def test_the_table_takes_one_warning_for_a_day_and_keeps_it(bought):
    warn(ENDS - timedelta(days=5))
    row = ExpiryWarning.objects.get()

    with pytest.raises(IntegrityError, match="expiry_warning_once_per_day"), transaction.atomic():
        ExpiryWarning.objects.create(
            account_id=row.account_id, expires_at=ENDS, points=1, at=clock.now()
        )
    for act in ("update loyalty_expirywarning set points = 1", "delete from loyalty_expirywarning"):
        refused("append-only", act)
