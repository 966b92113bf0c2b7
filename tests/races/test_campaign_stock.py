"""Stock, budget and the stop of a campaign while many claim, over real connections."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from coupons import services as coupons
from coupons.models import Coupon, TemplateVersion
from coupons.planning_errors import BudgetTaken
from coupons.queries.budgets import BudgetBalance, budget_of
from coupons.queries.catalogue import stock_of
from district.kernel import clock, invariants
from district.members.models import Member, ShopperSession, User
from district.members.session_tokens import token_hash
from district.replay.clients import ShopperClient
from tests.factories.coupons import fresh_key, make_version
from tests.factories.members import make_operator
from tests.race import call_concurrently, statuses
from tests.races.coupon_phones import phones


def test_claims_race_an_increase_of_the_stock(web):
    version = make_version(stock=10, slots=4)
    people = phones(web, 60)
    boss = make_operator()

    def more():
        for size in range(10, 40, 10):
            coupons.resize_stock(version=version, stock_was=size, stock=size + 10, by=boss)
        connection.close()

    adding = threading.Thread(target=more)
    adding.start()
    answers = call_concurrently(
        people[0], [lambda _, client=client: client.claim(version.public_id) for client in people]
    )
    adding.join()

    status_counts = statuses(answers)
    assert set(status_counts) <= {(201, None), (409, "coupon_sold_out"), (503, "claim_busy")}
    assert 10 <= status_counts[201, None] <= 40
    assert stock_of(version) == (40, 40 - status_counts[201, None])
    assert Coupon.objects.count() == status_counts[201, None]
    assert list(invariants.offences()) == []


def test_claims_race_changes_of_the_budget(web):
    version = make_version(budget_fen=5_000, slots=4)
    people = phones(web, 60)
    first, other = make_operator("first"), make_operator("other")

    def change():
        was = 5_000
        for size in (10_000, 7_500, 15_000):
            proposal = coupons.propose_budget_change(
                version=version,
                budget_was_fen=was,
                budget_fen=size,
                reason="加量",
                by=first,
                key=fresh_key(),
            )
            try:
                coupons.decide_budget_change(change=proposal, approve=True, by=other)
                was = size
            except BudgetTaken:
                coupons.decide_budget_change(change=proposal, approve=False, by=other)
        connection.close()

    changing = threading.Thread(target=change)
    changing.start()
    answers = call_concurrently(
        people[0], [lambda _, client=client: client.claim(version.public_id) for client in people]
    )
    changing.join()

    status_counts = statuses(answers)
    assert set(status_counts) <= {(201, None), (409, "budget_used_up"), (503, "claim_busy")}
    assert status_counts[201, None] <= 30
    reserved = 500 * status_counts[201, None]
    assert budget_of(version) == BudgetBalance(15_000, 15_000 - reserved, reserved, 0)
    assert list(invariants.offences()) == []


@pytest.mark.parametrize("stock", [1_000, None])
def test_claims_race_the_stop_of_a_campaign(web, stock):
    version, out = make_version(stock=stock, slots=4), []
    people = phones(web, 60)
    boss = make_operator()

    def stop():
        coupons.stop_version(version=version, by=boss)
        out.append(Coupon.objects.count())
        connection.close()

    stopping = threading.Timer(0.05, stop)
    stopping.start()
    answers = call_concurrently(
        people[0], [lambda _, client=client: client.claim(version.public_id) for client in people]
    )
    stopping.join()

    status_counts = statuses(answers)
    assert set(status_counts) <= {
        (201, None),
        (409, "claim_over"),
        (409, "coupon_sold_out"),
        (503, "claim_busy"),
    }
    assert TemplateVersion.objects.get(pk=version.pk).state == "stopped"
    assert [Coupon.objects.count()] == out == [status_counts[201, None]], (
        "one came after the stop's answer"
    )
    if stock:
        assert stock_of(version) == (out[0], 0)
    assert list(invariants.offences()) == []


def crowd(web, count):
    """So many members at once, by bulk: volume, not behaviour."""
    tokens = [f"sht_{number:043d}" for number in range(count)]
    users = User.objects.bulk_create(
        [
            User(username=f"crowd{number}", kind=User.Kind.SHOPPER, password="!")
            for number in range(count)
        ],
        batch_size=2_000,
    )
    people = Member.objects.bulk_create(
        [Member(user=user, joined_at=clock.now()) for user in users], batch_size=2_000
    )
    now = clock.real_now()
    ShopperSession.objects.bulk_create(
        [
            ShopperSession(
                token_hash=token_hash(token),
                member=person,
                created_at=now,
                expires_at=now + timedelta(days=1),
                last_used_at=now,
            )
            for token, person in zip(tokens, people, strict=True)
        ],
        batch_size=2_000,
    )
    shared = web.connect()
    return [ShopperClient(shared, token) for token in tokens]


@pytest.mark.slow
def test_a_thousand_units_for_ten_thousand_members(web):
    version = make_version(stock=1_000, slots=16)
    people = crowd(web, 10_000)
    early = []

    def ask(person):
        def call(lane):
            # A lane's own connection, somebody else's token.
            answer = person.over(lane.connection).claim(version.public_id)
            if answer.code == "coupon_sold_out" and len(early) < 100:
                early.append(stock_of(version)[1])
                connection.close()  # this thread's own
            return answer

        return call

    answers = call_concurrently(people[0], [ask(person) for person in people], connections=64)

    status_counts = statuses(answers)
    assert set(status_counts) <= {(201, None), (409, "coupon_sold_out"), (503, "claim_busy")}
    assert status_counts[201, None] == Coupon.objects.count() == 1_000
    assert set(early) == {0}, "sold out was said while something was left"
    assert stock_of(version) == (1_000, 0)
    assert list(invariants.offences()) == []
