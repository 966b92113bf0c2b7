"""What happens at the same instant, over connections of its own."""

from concurrent.futures import ThreadPoolExecutor, TimeoutError
from datetime import timedelta

import pytest
from django.db import connection, transaction

from district.kernel import clock
from loyalty import services as loyalty
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.models import Authorization, MallPayment, MallRefund, PointsSync
from loyalty.errors import PurchaseAlreadyEarned
from loyalty.models import Receipt
from loyalty.receipt_batches import services as batches
from tests.business_circle.mall_steps import (
    OPENID,
    authorize,
    end_state,
    fresh,
    fresh_key,
    member_of,
    note,
    note_refund,
    paid,
    pay,
    points_of,
    refunded,
    report_at_till,
)
from tests.factories.members import make_member
from tests.race import race
from tests.receipt_batches.rows import ndjson, receipt_row, upload

ROUNDS = 4
SHORT = 0.4


@pytest.fixture
def database(real_db):
    """Commits are real."""
    return real_db


def waits_for(first, second):
    """Run `first` in an open transaction: `second`, on a connection of its own, ends only after its commit."""

    def run():
        try:
            return second()
        except Exception as error:  # noqa: BLE001 - a refusal is an outcome
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            outcome = pool.submit(run)
            with pytest.raises(TimeoutError):
                outcome.result(SHORT)
        return outcome.result(10)


def test_a_payment_waits_for_its_refund_that_is_being_written(member, store):
    report = paid(store)

    waits_for(lambda: note_refund(refunded(report, 8_000)), lambda: note(report))

    assert MallRefund.objects.get().state == "applied"
    assert points_of(member) == (46, 0)


def test_a_refund_waits_for_its_payment_that_is_being_written(member, store):
    report = paid(store)

    waits_for(lambda: note(report), lambda: note_refund(refunded(report, 8_000)))

    assert MallRefund.objects.get().state == "applied"
    assert points_of(member) == (46, 0)


def test_a_till_waits_for_what_wechat_reports_and_is_refused(member, store):
    refusal = waits_for(lambda: pay(store), lambda: report_at_till(member, store))

    assert isinstance(refusal, PurchaseAlreadyEarned)
    assert points_of(member) == (126, 0)


def test_what_wechat_reports_waits_for_the_till(member, store):
    payment = waits_for(lambda: report_at_till(member, store), lambda: pay(store))

    assert payment.reason == "already_earned"
    assert points_of(member) == (126, 0)


def test_one_payment_reported_four_times_at_once_is_one(member, store):
    for number in range(1, ROUNDS + 1):
        report = paid(store, amount_fen=10_000 + number * 100)

        rows = race(*[lambda report=report: note(report)] * 4)

        assert len({row.pk for row in rows}) == 1
    assert Receipt.objects.count() == PointsSync.objects.count() == ROUNDS


def test_payment_refunds_and_their_repetitions_at_once_end_as_in_any_order(member, store):
    for number in range(1, ROUNDS + 1):
        report = paid(store, amount_fen=10_000 * number)
        part, rest = refunded(report, 4_033), refunded(report, 5_000)

        outcomes = race(
            *[lambda report=report: note(report)] * 2,
            *[lambda part=part: note_refund(part)] * 2,
            *[lambda rest=rest: note_refund(rest)] * 2,
        )

        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        receipt = Receipt.objects.get(receipt_no=report.transaction_id)
        assert receipt.refunded_fen == 9_033
        assert receipt.granted - receipt.clawed == (10_000 * number - 9_033) // 100
    assert set(MallRefund.objects.values_list("state", flat=True)) == {"applied"}


def test_authorisation_payment_refund_and_workers_at_once_lose_nothing(store):
    for number in range(ROUNDS):
        openid = f"oRace{number}"
        report = paid(store, openid=openid)
        refund = refunded(report, 8_000)

        outcomes = race(
            lambda openid=openid: authorize(openid),
            lambda report=report: note(report),
            lambda refund=refund: note_refund(refund),
            business_circle.credit_waiting_payments,
            lambda openid=openid: make_member("小林", openid=openid),
        )
        business_circle.credit_waiting_payments()

        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert points_of(member_of(openid)) == (46, 0)
    assert Authorization.objects.count() == ROUNDS


def test_two_authorisations_at_once_make_one_member(database):
    at = clock.now()

    race(*[lambda: authorize(at=at)] * 4)

    assert Authorization.objects.count() == 1


def test_workers_at_once_credit_what_waits_once(store):
    waiting = [pay(store, amount_fen=10_000 + number) for number in range(12)]
    make_member("小林", openid=OPENID)

    credited = race(*[business_circle.credit_waiting_payments] * 4)

    assert sum(credited) == len(waiting)
    assert points_of(member_of()) == (1_200, 0)


def test_who_joins_in_the_last_moment_is_credited_or_not_but_told_the_same(store):
    for number in range(ROUNDS):
        openid = f"oLate{number}"
        payment = pay(store, openid=openid)
        late = payment.waits_until + timedelta(seconds=1)

        def lapse(late=late):
            with clock.travel_to(late):
                return business_circle.lapse_waiting_payments()

        race(
            lapse,
            lambda openid=openid: make_member("小林", openid=openid),
            business_circle.credit_waiting_payments,
        )
        business_circle.credit_waiting_payments()

        sync, row = PointsSync.objects.get(payment=payment), fresh(payment)
        assert sync.is_earned == (row.state == "credited")
        assert points_of(member_of(openid)) == ((126, 0) if sync.is_earned else (0, 0))


def test_till_and_wechat_at_once_earn_one_purchase_once(member, store):
    for number in range(1, 2 * ROUNDS + 1):
        fen = 10_000 + number * 100
        report = paid(store, amount_fen=fen)

        race(
            lambda report=report: note(report),
            lambda fen=fen: report_at_till(member, store, paid_fen=fen),
        )

        assert Receipt.objects.filter(paid_fen=fen).count() == 1


def test_a_file_and_wechat_at_once_earn_each_purchase_once(member, store):
    at = clock.now() - timedelta(minutes=5)
    sums = [10_000 + number * 100 for number in range(8)]
    upload(store, ndjson([receipt_row(store, member, fen=fen, at=at) for fen in sums]))
    reports = [paid(store, amount_fen=fen, paid_at=at) for fen in sums]

    race(batches.process_batches, *[lambda report=report: note(report) for report in reports])
    while batches.process_batches():
        pass

    assert sorted(Receipt.objects.values_list("paid_fen", flat=True)) == sums


def test_a_merger_at_the_same_moment_leaves_the_points_with_who_survives(store, operator):
    for number in range(ROUNDS):
        source = make_member("旧", openid=f"oOld{number}")
        into = make_member("新", openid=f"oNew{number}")
        reports = [paid(store, openid=f"oOld{number}", amount_fen=fen) for fen in (5_000, 7_000)]
        refund = refunded(reports[0], 5_000)

        outcomes = race(
            lambda source=source, into=into: loyalty.merge_members(
                source=source, into=into, reason="同一人", by=operator, key=fresh_key()
            ),
            lambda reports=reports: note(reports[0]),
            lambda reports=reports: note(reports[1]),
            lambda refund=refund: note_refund(refund),
        )

        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert points_of(into) == (70, 0)
        assert points_of(source) == (0, 0)


def test_a_number_assigned_at_the_same_moment_misses_no_payment(member, store, operator):
    reports = [paid(shop_number="7", amount_fen=10_000 + number) for number in range(6)]

    race(
        lambda: business_circle.assign_shop_number(
            shop_number="7", store=store, by=operator, key=fresh_key()
        ),
        *[lambda report=report: note(report) for report in reports],
        business_circle.credit_waiting_payments,
    )
    business_circle.credit_waiting_payments()

    assert set(MallPayment.objects.values_list("state", flat=True)) == {"credited"}
    assert end_state()["accounts"] == [(600, 0, 0)]
