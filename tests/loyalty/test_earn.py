from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.errors import KeyReused
from district.kernel.models import Idem, OutboxRow
from loyalty import services as loyalty
from loyalty.errors import NoTerms, ReceiptAlreadyPosted, ReceiptFromTheFuture, ReceiptTooOld
from loyalty.models import Lot, PointsAccount, Receipt, Transfer
from loyalty.queries import balance_of
from loyalty.services.set_terms import EarningTerms
from loyalty.values import ReportedPurchase
from tests.factories.loyalty import (
    LONG_AGO,
    buy,
    fresh_key,
    make_earning_store,
    make_refund,
    pay_points,
)
from tests.factories.merchants import allied_store


def nothing_was_posted():
    return (
        not Receipt.objects.exists() and not Transfer.objects.exists() and not Idem.objects.exists()
    )


def test_a_purchase_earns_what_the_terms_grant(member, tea):
    receipt = buy(member, tea, fen=12_680, no="A-1")

    assert receipt.granted == 126
    assert balance_of(member).available == 126
    lot = Lot.objects.get()
    assert (lot.granted, lot.remaining, lot.price_milli_fen) == (126, 126, 1000)
    assert lot.issuer_id == tea.merchant_id
    transfer = receipt.transfer
    assert (transfer.kind, transfer.source, transfer.target) == ("earn", "issued", "available")
    assert (transfer.seq, transfer.available_after, transfer.reference) == (1, 126, "A-1")
    assert OutboxRow.objects.get(name="PointsEarned").payload == {
        "transfer": transfer.pk,
        "receipt": receipt.pk,
        "member": member.pk,
        "merchant": tea.merchant_id,
        "store": tea.pk,
        "points": 126,
    }


def test_a_purchase_worth_no_point_is_posted_all_the_same(member, tea):
    receipt = buy(member, tea, fen=99)

    assert (receipt.granted, receipt.transfer) == (0, None)
    assert not Transfer.objects.exists()
    assert PointsAccount.objects.get(member=member).seq == 0


def test_the_same_key_gives_the_first_answer(member, tea):
    key = fresh_key(fen=500)
    first = buy(member, tea, fen=500, no="A-1", key=key)

    again = buy(member, tea, fen=500, no="A-1", key=key)

    assert again == first
    assert balance_of(member).available == 5
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("fen", [99, 500, 6_000_000])
def test_a_repetition_is_answered_as_the_first_call_was(member, tea, books, fen):
    """Nothing is read back for the first answer; a repetition reads it."""
    owed = buy(member, tea, fen=200)
    pay_points(member, books, points=2)
    make_refund(owed)

    purchase, key = ReportedPurchase("A-1", fen, clock.now(), source="till"), fresh_key()
    first, again = [
        loyalty.earn_points(store=tea, member=member, purchase=purchase, actor="till:1", key=key)
        for _ in range(2)
    ]

    assert again == first
    assert (first.store, first.member) == (tea.public_id, member.public_id)
    assert first.repaid == (2 if fen == 500 else 0)
    assert (first.review is not None) == (fen == 6_000_000)


def test_the_same_key_with_other_terms_is_refused(member, tea):
    key = fresh_key(fen=500)
    buy(member, tea, fen=500, no="A-1", key=key)
    other = type(key).of(key.scope, key.key, fen=600)

    with pytest.raises(KeyReused):
        buy(member, tea, fen=600, no="A-2", key=other)

    assert balance_of(member).available == 5
    assert Receipt.objects.count() == 1


def test_a_receipt_number_is_good_once_per_store_for_ever(member, tea, books):
    buy(member, tea, fen=500, no="A-1")
    Idem.objects.all().delete()

    with pytest.raises(ReceiptAlreadyPosted):
        buy(member, tea, fen=500, no="A-1")

    assert buy(member, books, fen=500, no="A-1").granted == 5
    assert balance_of(member).available == 10


def test_a_refusal_leaves_the_key_free(member, tea):
    key = fresh_key(fen=500)
    buy(member, tea, fen=500, no="A-1")
    with pytest.raises(ReceiptAlreadyPosted):
        buy(member, tea, fen=500, no="A-1", key=key)

    assert buy(member, tea, fen=500, no="A-2", key=key).granted == 5


def test_terms_of_the_hour_of_payment_hold(member, tea):
    hour = clock.now() - timedelta(hours=1)
    loyalty.set_terms(
        merchant=tea.merchant,
        earning_terms=EarningTerms(earn_points=3, price_milli_fen=700),
        start=hour,
    )
    before, after = hour - timedelta(minutes=1), hour + timedelta(minutes=1)

    for no, paid_at in (("old", before), ("new", after)):
        purchase = ReportedPurchase(receipt_no=no, paid_fen=1000, paid_at=paid_at, source="till")
        loyalty.earn_points(
            store=tea, member=member, purchase=purchase, actor="till:1", key=fresh_key()
        )

    assert list(Lot.objects.order_by("pk").values_list("granted", "price_milli_fen")) == [
        (10, 1000),
        (30, 700),
    ]


def test_a_merchant_without_terms_cannot_grant(member):
    with pytest.raises(NoTerms):
        buy(member, allied_store(), fen=500)

    assert nothing_was_posted()


def test_a_repeat_is_answered_although_the_terms_are_gone(member, tea):
    key = fresh_key(fen=500)
    first = buy(member, tea, fen=500, no="A-1", key=key)
    tea.merchant.terms.all().update(valid=("2005-01-01", "2005-01-02"))

    assert buy(member, tea, fen=500, no="A-1", key=key) == first


@pytest.mark.parametrize(
    ("shift", "refusal"),
    [
        (timedelta(minutes=6), ReceiptFromTheFuture),
        (-timedelta(days=31, seconds=1), ReceiptTooOld),
    ],
)
def test_a_receipt_must_be_recent(member, tea, shift, refusal):
    purchase = ReportedPurchase(
        receipt_no="A-1", paid_fen=500, paid_at=clock.now() + shift, source="till"
    )

    with pytest.raises(refusal):
        loyalty.earn_points(
            store=tea, member=member, purchase=purchase, actor="till:1", key=fresh_key()
        )

    assert nothing_was_posted()


def test_a_till_that_was_offline_for_a_month_may_still_post(member, tea):
    paid_at = clock.now() - timedelta(days=30, hours=23)
    purchase = ReportedPurchase(receipt_no="A-1", paid_fen=500, paid_at=paid_at, source="till")

    receipt = loyalty.earn_points(
        store=tea, member=member, purchase=purchase, actor="till:1", key=fresh_key()
    )

    assert receipt.points == 5


def test_the_largest_sum_fits(member):
    store = make_earning_store(EarningTerms(earn_points=1, earn_per_fen=100))

    assert buy(member, store, fen=10**12).granted == 10**10


def test_setting_the_same_terms_twice_changes_nothing(tea):
    before = list(tea.merchant.terms.values())

    loyalty.set_terms(merchant=tea.merchant, earning_terms=EarningTerms(), start=LONG_AGO)

    assert list(tea.merchant.terms.values()) == before
