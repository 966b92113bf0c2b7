"""A frozen account keeps earning; nothing leaves it by the member's will."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from district.kernel import clock
from district.kernel.models import AuditLine
from loyalty import procedures, queries, values
from loyalty import services as loyalty
from loyalty.errors import AccountFrozen
from loyalty.models import Hold, PointsAccount
from tests.factories.loyalty import buy, fresh_key, pay_points, undo
from tests.factories.members import make_staff


@pytest.fixture
def chen(db):
    return make_staff("chen")


def freeze(member, by, reason="同一账单多次出现"):
    return loyalty.freeze_account(member=member, reason=reason, by=by)


def hold(member, store, points):
    at = clock.now()
    request = values.HoldRequest(
        points=points,
        request_no=fresh_key().key,
        purpose="till",
        expires_at=at + timedelta(hours=1),
        grace_days=7,
    )
    context = values.PostingContext(merchant=store.merchant_id, store=store.pk, actor="till:1")
    pk = procedures.hold(member=member.pk, context=context, request=request, key=fresh_key(), at=at)
    return Hold.objects.get(pk=pk)


def test_nothing_is_spent_held_or_captured(member, tea, chen):
    buy(member, tea, fen=10_000)
    held = hold(member, tea, 30)
    freeze(member, chen)

    with pytest.raises(AccountFrozen):
        pay_points(member, tea, points=1)
    with pytest.raises(AccountFrozen):
        hold(member, tea, 1)
    with pytest.raises(AccountFrozen):
        procedures.resolve_hold(
            hold=held.pk, points=30, actor="till:1", key=fresh_key(), at=clock.now()
        )

    balance = queries.balance_of(member)
    assert (balance.available, balance.held) == (70, 30)


def test_earning_refunds_and_voids_go_on(member, tea, chen):
    receipt = buy(member, tea, fen=10_000)
    held = hold(member, tea, 30)
    freeze(member, chen)

    buy(member, tea, fen=1_000)
    undo(receipt.transfer, tea)
    procedures.resolve_hold(
        hold=held.pk, points=None, actor="till:1", key=fresh_key(), at=clock.now()
    )

    assert queries.balance_of(member).available == 10


def test_who_froze_it_and_why_is_written_down(member, chen):
    freeze(member, chen)

    account, line = PointsAccount.objects.get(), AuditLine.objects.latest("pk")
    assert (account.frozen_at is None, account.frozen_reason) == (False, "同一账单多次出现")
    assert (line.verb, line.actor, line.subject) == (
        "freeze_account",
        f"user:{chen.pk}",
        f"loyalty.pointsaccount:{member.pk}",
    )


def test_an_account_that_does_not_exist_yet_is_made_frozen(member, tea, chen):
    assert not PointsAccount.objects.exists()

    freeze(member, chen)
    buy(member, tea, fen=1_000)

    with pytest.raises(AccountFrozen):
        pay_points(member, tea, points=1)


def test_twice_changes_nothing(member, chen):
    first = freeze(member, chen)

    again = freeze(member, chen, reason="另一个原因")

    assert (again.frozen_at, again.frozen_reason) == (first.frozen_at, first.frozen_reason)
    assert AuditLine.objects.count() == 1


def test_unfrozen_it_may_be_spent_again(member, tea, chen):
    buy(member, tea, fen=1_000)
    freeze(member, chen)

    account = loyalty.unfreeze_account(member=member, reason="已核实", by=chen)
    loyalty.unfreeze_account(member=member, reason="已核实", by=chen)

    assert (account.frozen_at, account.frozen_reason) == (None, "")
    assert pay_points(member, tea, points=10).available_after == 0
    assert [line.verb for line in AuditLine.objects.filter(verb__contains="freeze")] == [
        "freeze_account",
        "unfreeze_account",
    ]


@pytest.mark.parametrize(
    "changes", [{"frozen_reason": "x"}, {"frozen_at": "2026-01-01T00:00Z", "frozen_reason": ""}]
)
def test_frozen_means_for_a_reason(member, tea, changes):
    buy(member, tea, fen=100)
    with pytest.raises(IntegrityError, match="account_frozen_for_a_reason"), transaction.atomic():
        PointsAccount.objects.update(**changes)
