"""One purchase earns once, whether a till, a file, a photograph or WeChat reports it, in any order."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from district.kernel import clock
from loyalty import services as loyalty
from loyalty.business_circle.models import PointsSync
from loyalty.errors import PurchaseAlreadyEarned, ReceiptAlreadyPosted
from loyalty.models import Receipt
from loyalty.receipt_photos.models import ReceiptConflict
from tests.business_circle.mall_steps import (
    fresh_key,
    note_refund,
    pay,
    points_of,
    refunded,
    report_at_till,
)
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member
from tests.receipt_batches.rows import done, ndjson, receipt_row, upload
from tests.receipt_photos import photo_steps

MINUTE = timedelta(minutes=1)


def test_what_the_till_reported_does_not_earn_by_wechat_again(member, store):
    receipt = report_at_till(member, store)

    payment = pay(store)

    assert (payment.state, payment.reason) == ("without_points", "already_earned")
    assert payment.receipt_id == receipt.pk
    assert points_of(member) == (126, 0)
    sync = PointsSync.objects.get()
    assert (sync.is_earned, sync.total_points, sync.remarks) == (
        False,
        126,
        "这笔消费已通过小票积分",
    )


@pytest.mark.parametrize("source", ["till", "batch"])
def test_what_wechat_reported_does_not_earn_at_the_till_again(member, store, source):
    pay(store)

    with pytest.raises(PurchaseAlreadyEarned):
        report_at_till(member, store, source=source)

    assert points_of(member) == (126, 0)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_clocks_may_be_ten_minutes_apart(member, store, minutes):
    at = clock.now() - timedelta(hours=1)
    pay(store, paid_at=at)

    with pytest.raises(PurchaseAlreadyEarned):
        report_at_till(member, store, paid_at=at + minutes * MINUTE)


@pytest.mark.parametrize("wechat_first", [True, False])
def test_eleven_minutes_apart_they_are_two_purchases(member, store, wechat_first):
    at = clock.now() - timedelta(hours=1)
    reports = [
        lambda: pay(store, paid_at=at),
        lambda: report_at_till(member, store, paid_at=at + 11 * MINUTE),
    ]
    for report in reports if wechat_first else reversed(reports):
        report()

    assert points_of(member) == (252, 0)


@pytest.mark.parametrize("wechat_first", [True, False])
@pytest.mark.parametrize("difference", ["member", "store", "sum"])
def test_another_member_store_or_sum_is_another_purchase(member, store, difference, wechat_first):
    who = make_member("小周") if difference == "member" else member
    where = make_earning_store() if difference == "store" else store
    fen = 5_000 if difference == "sum" else 12_680
    reports = [lambda: pay(store), lambda: report_at_till(who, where, paid_fen=fen)]
    for report in reports if wechat_first else reversed(reports):
        report()

    assert sorted(Receipt.objects.values_list("source", flat=True)) == ["till", "wechat"]


def test_two_cups_of_tea_are_two_receipts_and_two_payments(member, store):
    """Whatever the order of two equal purchases by the same member, each earns once."""
    steps = ["till", "till", "wechat", "wechat"]
    for order in set(permutations(steps)):
        with transaction.atomic():
            for step in order:
                try:
                    pay(store) if step == "wechat" else report_at_till(member, store)
                except PurchaseAlreadyEarned:
                    continue
            assert points_of(member) == (252, 0), order
            transaction.set_rollback(True)


def test_a_till_that_reports_wechats_own_number_earns_once(member, store):
    receipt = report_at_till(member, store, no="4200000000000000000000000099", paid_fen=100)

    payment = pay(store, transaction_id="4200000000000000000000000099")

    assert (payment.reason, payment.receipt_id) == ("already_earned", receipt.pk)
    assert points_of(member) == (1, 0)


def test_the_till_is_refused_under_wechats_own_number_too(member, store):
    payment = pay(store)

    with pytest.raises((PurchaseAlreadyEarned, ReceiptAlreadyPosted)):
        report_at_till(member, store, no=payment.transaction_id)


def test_a_till_that_lost_our_answer_gets_it_after_wechat_reported(member, store):
    first = report_at_till(member, store, no="T-7")
    pay(store)

    with pytest.raises((PurchaseAlreadyEarned, ReceiptAlreadyPosted)):
        report_at_till(member, store, no="T-7")
    assert Receipt.objects.get().pk == first.pk


def test_the_till_is_refused_after_a_merger_too(member, store, operator):
    into = make_member("小林二")
    pay(store)
    loyalty.merge_members(source=member, into=into, reason="同一人", by=operator, key=fresh_key())

    with pytest.raises(PurchaseAlreadyEarned):
        report_at_till(into, store)


def test_wechat_finds_the_till_receipt_of_the_member_that_was_merged(member, store, operator):
    other = make_member("小林二")
    report_at_till(other, store)
    loyalty.merge_members(source=other, into=member, reason="同一人", by=operator, key=fresh_key())

    assert pay(store).reason == "already_earned"


def test_what_wechat_refunds_of_a_tills_receipt_is_left_to_the_till(member, store):
    report_at_till(member, store)
    payment = pay(store)

    refund = note_refund(refunded(payment, 12_680))

    assert (refund.state, refund.reason) == ("not_needed", "left_to_till")
    assert points_of(member) == (126, 0)


def photographed(member, store, clerk, reported):
    photo = photo_steps.send(member, store, reported)
    return photo_steps.confirm(photo, clerk)


def test_a_confirmed_photograph_is_not_earned_by_wechat_again_and_its_refund_counts(member, store):
    clerk = photo_steps.clerk_of(store).user
    photo = photographed(member, store, clerk, photo_steps.purchase("P-1", 12_680, at=clock.now()))
    assert photo.state == "confirmed"

    payment = pay(store)
    refund = note_refund(refunded(payment, 12_680))

    assert (payment.reason, payment.receipt_id) == ("already_earned", photo.receipt_id)
    assert refund.state == "applied"
    assert points_of(member) == (0, 0)


def test_a_photograph_of_what_wechat_reported_is_looked_at_by_a_person(member, store):
    clerk = photo_steps.clerk_of(store).user
    payment = pay(store)

    photo = photographed(member, store, clerk, photo_steps.purchase("P-1", 12_680, at=clock.now()))

    assert photo.state == "conflicting"
    conflict = ReceiptConflict.objects.get()
    assert (conflict.reason, conflict.earlier_id) == ("similar", payment.receipt_id)
    assert points_of(member) == (126, 0)


def test_a_receipt_that_was_taken_back_for_another_member_does_not_stop_wechat(member, store):
    receipt = report_at_till(member, store)
    transfer = Receipt.objects.get(pk=receipt.pk).transfer
    loyalty.reverse_transfer(
        transfer=transfer,
        store=store,
        reason="扫错会员码",
        actor="till:1",
        key=fresh_key(),
        frees_number=True,
    )

    assert pay(store).state == "credited"
    assert points_of(member) == (126, 0)


def test_a_file_with_what_wechat_reported_posts_the_other_lines(member, store):
    payment = pay(store)
    rows = [
        receipt_row(store, member, fen=12_680, no="R-1", at=payment.paid_at),
        receipt_row(store, member, fen=5_000, no="R-2", at=payment.paid_at),
    ]

    batch = done(upload(store, ndjson(rows)))

    results = dict(batch.answers.values_list("number", "state"))
    assert results == {"R-1": "refused", "R-2": "posted"}
    assert points_of(member) == (176, 0)
