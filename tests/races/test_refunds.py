"""Attack runs on refunds, reversals and bills over HTTP with sixteen real connections."""

import pytest

from district.kernel import invariants
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import Debt, ParkedRefund, PointsAccount, Receipt, Refund, Transfer
from tests.race import call_concurrently, statuses


@pytest.fixture
def bought(till, member):
    """A receipt of a hundred yuan, a hundred points."""
    return till.post_receipt(member.public_id, fen=10_000, no="B-1").body


def test_of_64_refunds_of_a_whole_receipt_one_succeeds(till, bought):
    answers = call_concurrently(till, [lambda client: client.refund("B-1", fen=10_000)] * 64)

    assert statuses(answers) == {(201, None): 1, (409, "refund_exceeds_payment"): 63}
    receipt = Receipt.objects.get()
    assert (receipt.refunded_fen, receipt.clawed) == (10_000, 100)
    assert PointsAccount.objects.get().available == 0
    assert list(invariants.offences()) == []


def test_of_64_refunds_of_three_tenths_three_succeed(till, bought):
    answers = call_concurrently(till, [lambda client: client.refund("B-1", fen=3_333)] * 64)

    assert statuses(answers) == {(201, None): 3, (409, "refund_exceeds_payment"): 61}
    receipt = Receipt.objects.get()
    assert (receipt.refunded_fen, receipt.clawed) == (9_999, 100)
    assert list(invariants.offences()) == []


def test_of_160_refunds_with_one_key_one_is_posted(till, bought):
    answers = call_concurrently(
        till, [lambda client: client.refund("B-1", fen=100, no="R-1", key="one")] * 160
    )

    assert statuses(answers) == {(201, None): 160}
    assert len({answer.content for answer in answers}) == 1
    assert (Refund.objects.get().fen, PointsAccount.objects.get().available) == (100, 99)
    assert list(invariants.offences()) == []


def test_of_64_refunds_with_one_number_and_many_keys_one_is_posted(till, bought):
    answers = call_concurrently(till, [lambda client: client.refund("B-1", fen=100, no="R-1")] * 64)

    assert statuses(answers) == {(201, None): 1, (409, "refund_already_posted"): 63}
    assert PointsAccount.objects.get().available == 99
    assert list(invariants.offences()) == []


def test_of_64_reversals_of_an_earning_whose_points_are_spent_one_succeeds(
    till, other_till, shopper, bought
):
    visit = other_till.look_up(shopper.card_code().body["code"]).body["visit"]["token"]
    other_till.spend(visit, points=70)

    answers = call_concurrently(
        till, [lambda client: client.reverse(bought["transfer"]["id"])] * 64
    )

    assert statuses(answers) == {(201, None): 1, (409, "transfer_not_reversible"): 63}
    assert Debt.objects.get().points == 70
    account = PointsAccount.objects.get()
    assert (account.available, account.debt) == (0, 70)
    assert list(invariants.offences()) == []


def test_of_64_returns_of_three_tenths_of_a_spending_three_succeed(till, shopper, bought):
    visit = till.look_up(shopper.card_code().body["code"]).body["visit"]["token"]
    spent = till.spend(visit, points=100).body["id"]

    answers = call_concurrently(till, [lambda client: client.reverse(spent, points=30)] * 64)

    assert statuses(answers) == {(201, None): 3, (409, "transfer_not_reversible"): 61}
    assert PointsAccount.objects.get().available == 90
    assert list(invariants.offences()) == []


def test_a_reversal_and_refunds_of_one_receipt_take_its_points_once(till, bought):
    earned = bought["transfer"]["id"]
    calls = [
        lambda client: client.reverse(earned),
        lambda client: client.refund("B-1", fen=10_000),
    ] * 32

    answers = call_concurrently(till, calls)

    assert sum(answer.accepted for answer in answers) == 1
    assert {answer.status for answer in answers} == {201, 409}
    assert Refund.objects.get().fen == 10_000
    assert PointsAccount.objects.get().available == 0
    assert list(invariants.offences()) == []


def test_a_refund_that_meets_its_late_receipt_is_posted_exactly_once(till, member):
    numbers = [f"B-{number}" for number in range(48)]
    earn = [
        lambda client, no=no: client.post_receipt(member.public_id, fen=10_000, no=no)
        for no in numbers
    ]
    refund = [
        lambda client, no=no: client.refund(no, fen=10_000, no=f"R{no}", key=f"refund-{no}")
        for no in numbers
    ]

    # The till that got no answer asks again with the same key.
    both = [call for pair in zip(earn, refund, refund, strict=True) for call in pair]
    answers = call_concurrently(till, both)
    loyalty.match_parked_refunds()

    assert {answer.status for answer in answers} <= {201, 202}
    assert Refund.objects.count() == Receipt.objects.count() == 48
    assert not ParkedRefund.objects.exclude(state="matched").exists()
    assert not Receipt.objects.exclude(refunded_fen=10_000, clawed=100).exists()
    assert queries.balance_of(member) == queries.Balance(0, 0, 0, 0)
    again = call_concurrently(till, refund)
    assert {answer.status for answer in again} == {201}
    assert {answer.body["points"]["own"] for answer in again} == {100}
    assert list(invariants.offences()) == []


def test_a_bill_that_was_undone_is_told_again_once(till, member):
    """Sixteen tellings and sixteen undoings at once: of the bill one earning stands at most."""
    for number in range(4):
        receipt = till.post_receipt(member.public_id, fen=10_000, no=f"B-{number}").body
        earning = receipt["transfer"]["id"]
        calls = [
            lambda client, no=f"B-{number}": client.post_receipt(
                member.public_id, fen=10_000, no=no
            ),
            lambda client, earning=earning: client.reverse(earning),
        ]

        answers = call_concurrently(till, calls * 16)

        assert {answer.status for answer in answers} <= {201, 409}
        rows = list(
            Receipt.objects.filter(receipt_no=f"B-{number}").values_list("freed", flat=True)
        )
        earned = [
            answer for answer in answers if answer.status == 201 and "receipt_no" in answer.body
        ]
        assert rows.count(True) == 1
        assert rows.count(False) == len(earned) <= 1
    assert list(invariants.offences()) == []


def test_everything_at_once_keeps_every_promise(till, other_till, shopper, member):
    till.post_receipt(member.public_id, fen=100_000, no="B-0")
    visit = till.look_up(shopper.card_code().body["code"]).body["visit"]["token"]
    holds = [till.hold(visit, points=20).body["id"] for _ in range(8)]
    spent = [till.spend(visit, points=9).body["id"] for _ in range(8)]
    calls = []
    for number in range(8):
        calls += [
            lambda client, n=number: client.post_receipt(member.public_id, fen=900, no=f"M-{n}"),
            lambda client, n=number: client.refund(f"M-{n}", fen=900),
            lambda client, n=number: client.capture(holds[n], points=7),
            lambda client, n=number: client.void(holds[n]),
            lambda client, n=number: client.reverse(spent[n], points=4),
            lambda client: client.spend(visit, points=3),
            lambda client: client.refund("B-0", fen=1_300),
            lambda client: client.preview_refund("B-0", fen=5_000),
        ]

    answers = call_concurrently(till, calls * 2)
    loyalty.match_parked_refunds()

    assert {answer.status for answer in answers} <= {200, 201, 202, 409}
    assert Transfer.objects.filter(kind__in=["capture", "release"]).exists()
    assert list(invariants.offences()) == []
