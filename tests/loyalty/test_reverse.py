from datetime import timedelta

import pytest

from district.kernel import clock
from loyalty import queries
from loyalty.errors import TransferNotReversible
from loyalty.models import Lot, Receipt, Restore, Transfer
from tests.factories.loyalty import buy, fresh_key, pay_points, undo


def refused_because(reason, transfer, store):
    before = list(Lot.objects.order_by("pk").values()), Transfer.objects.count()
    with pytest.raises(TransferNotReversible) as refusal:
        undo(transfer, store)
    assert refusal.value.facts == {"reason": reason}
    assert (list(Lot.objects.order_by("pk").values()), Transfer.objects.count()) == before


def test_an_earning_is_taken_back_whole(member, tea):
    receipt = buy(member, tea, fen=10_000)

    reversal = undo(receipt.transfer, tea)

    assert (reversal.kind, reversal.points, reversal.available_after) == ("reverse_earn", 100, 0)
    assert (reversal.reverses, Transfer.objects.get(pk=reversal.pk).reason) == (
        receipt.transfer.public_id,
        "扫错会员码",
    )
    receipt = Receipt.objects.get()
    assert (receipt.refunded_fen, receipt.clawed) == (10_000, 100)
    assert queries.balance_of(member).available == 0
    assert queries.clearing() == []


def test_a_spending_goes_back_to_the_lots_it_came_from(member, tea, books):
    buy(member, tea, fen=3_000)
    buy(member, books, fen=3_000)
    spent = pay_points(member, books, points=40)

    reversal = undo(spent, books)

    assert reversal.available_after == 60
    assert list(Lot.objects.values_list("remaining", flat=True)) == [30, 30]
    assert sorted(Restore.objects.values_list("points", flat=True)) == [10, 30]
    assert queries.clearing() == []


def test_nothing_is_reversed_twice(member, tea):
    spent = buy(member, tea, fen=10_000) and pay_points(member, tea, points=60)
    undo(spent, tea)

    refused_because("already_reversed", spent, tea)

    assert queries.balance_of(member).available == 100


def test_the_same_key_reverses_once(member, tea):
    receipt, key = buy(member, tea, fen=10_000), fresh_key()

    assert undo(receipt.transfer, tea, key=key) == undo(receipt.transfer, tea, key=key)


def test_points_already_spent_elsewhere_are_owed(member, tea, books):
    receipt = buy(member, tea, fen=10_000)
    pay_points(member, books, points=1)

    reversal = undo(receipt.transfer, tea)

    assert (reversal.kind, reversal.points, reversal.available_after) == ("reverse_earn", 99, 0)
    assert queries.balance_of(member).debt == 1
    refused_because("already_reversed", receipt.transfer, tea)


def test_points_spent_and_given_back_can_be_taken_back(member, tea, books):
    receipt = buy(member, tea, fen=10_000)
    undo(pay_points(member, books, points=1), books)

    assert undo(receipt.transfer, tea).points == 100


def test_a_reversal_is_final(member, tea):
    receipt = buy(member, tea, fen=10_000)

    refused_because("kind", Transfer.objects.get(pk=undo(receipt.transfer, tea).pk), tea)


def test_points_whose_day_came_while_they_were_spent_die_at_once(member, tea):
    now = clock.now()
    with clock.travel_to(now - timedelta(days=24 * 31)):
        buy(member, tea, fen=5_000)
        spent = pay_points(member, tea, points=20)

    undo(spent, tea)

    assert queries.balance_of(member).available == 0
    lines = queries.statement(member).order_by("seq")
    assert [(line.kind, line.points) for line in lines] == [
        ("earn", 50),
        ("spend", 20),
        ("expire", 30),
        ("reverse_spend", 20),
        ("expire", 20),
    ]
