"""A payment that WeChat reports earns, waits, or earns nothing for a reason."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.security import crypto
from district.merchants import services as merchants
from district.merchants.models import AllianceMembership, Store
from loyalty import services as loyalty
from loyalty.business_circle import openids
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.errors import (
    ContradictingNotice,
)
from loyalty.business_circle.models import Authorization, MallPayment, PointsSync
from loyalty.models import Receipt
from tests.business_circle.mall_steps import (
    OPENID,
    authorize,
    fresh,
    fresh_key,
    note,
    paid,
    pay,
    points_of,
)
from tests.factories.members import make_member
from tests.factories.merchants import allied_store


def test_a_members_payment_earns_at_once(member, store):
    payment = pay(store)

    assert (payment.state, payment.reason) == ("credited", "")
    receipt = Receipt.objects.get()
    assert (receipt.receipt_no, receipt.source, receipt.store_id, receipt.paid_at) == (
        payment.transaction_id,
        "wechat",
        store.pk,
        payment.paid_at,
    )
    assert points_of(member) == (126, 0)
    sync = PointsSync.objects.get()
    assert (sync.is_earned, sync.increased_points, sync.total_points, sync.remarks) == (
        True,
        126,
        126,
        "",
    )


def test_a_repeated_notice_changes_nothing(member, store):
    report = paid(store)
    first = note(report)

    assert note(report).pk == first.pk
    assert points_of(member) == (126, 0)
    assert PointsSync.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"amount_fen": 12_681},
        {"openid": "oOther"},
        {"paid_at": clock.now() - timedelta(hours=1)},
    ],
    ids=["sum", "payer", "time"],
)
def test_another_report_of_the_same_transaction_is_left_to_a_person(member, store, changed):
    first = pay(store)

    with pytest.raises(ContradictingNotice):
        pay(store, transaction_id=first.transaction_id, **changed)

    assert fresh(first).amount_fen == 12_680
    assert points_of(member) == (126, 0)


def test_a_payment_asked_for_by_hand_that_is_known_already_stays_as_it_is(member, store):
    report = paid(store)
    first = note(report)

    again = pay(
        store,
        transaction_id=report.transaction_id,
        paid_at=report.paid_at,
        is_requested=True,
    )

    assert again.pk == first.pk
    assert again.is_requested is False


def suspend(store):
    merchants.suspend_merchant(merchant=store.merchant, reason="整改", by=None)


def leave_alliance(store):
    AllianceMembership.objects.filter(merchant=store.merchant).delete()


def close(store):
    Store.objects.filter(pk=store.pk).update(
        state="closed", closed_at=clock.now() - timedelta(days=1)
    )


@pytest.mark.parametrize(
    ("change", "reason", "remarks"),
    [
        (suspend, "merchant_suspended", "商户暂停积分"),
        (leave_alliance, "not_in_alliance", "门店未参加联盟积分"),
        (close, "store_closed", "门店已停业"),
    ],
)
def test_a_store_that_gives_no_points_is_told_to_wechat(member, store, change, reason, remarks):
    change(store)

    payment = pay(store)

    assert (payment.state, payment.reason) == ("without_points", reason)
    assert PointsSync.objects.get().remarks == remarks
    assert points_of(member) == (0, 0)


def test_a_store_without_terms_earns_nothing(member):
    payment = pay(allied_store())

    assert payment.reason == "no_terms"


def test_a_payment_that_was_reported_too_late_earns_nothing(member, store):
    payment = pay(store, paid_at=clock.now() - timedelta(days=32))

    assert payment.reason == "too_old"
    assert PointsSync.objects.get().remarks == "超过积分期限"


def test_nobody_is_late_because_the_store_was_assigned_late(member, store, operator, settings):
    settings.BUSINESS_CIRCLE_WAIT_DAYS = 60
    payment = pay(shop_number="7", paid_at=clock.now() - timedelta(days=20))
    business_circle.assign_shop_number(shop_number="7", store=store, by=operator, key=fresh_key())

    with clock.travel_to(clock.now() + timedelta(days=25)):
        business_circle.credit_waiting_payments()

    assert fresh(payment).state == "credited"


def test_what_is_not_worth_a_point_is_credited_without_one(member, store):
    payment = pay(store, amount_fen=99)

    assert payment.state == "credited"
    sync = PointsSync.objects.get()
    assert (sync.is_earned, sync.increased_points, sync.total_points) == (False, 0, 0)
    assert sync.remarks == "金额不足一个积分"


def test_points_above_a_ceiling_wait_for_a_person_and_are_told_as_granted(member, store):
    payment = pay(store, amount_fen=5_100_000)

    assert payment.state == "credited"
    assert payment.receipt.review.state == "waiting"
    sync = PointsSync.objects.get()
    assert (sync.increased_points, sync.total_points) == (51_000, 0)


def test_the_surviving_member_earns_when_two_became_one(member, store, operator):
    into = make_member("小林二")
    waiting = pay(shop_number="7")
    loyalty.merge_members(source=member, into=into, reason="同一人", by=operator, key=fresh_key())

    pay(store)
    business_circle.assign_shop_number(shop_number="7", store=store, by=operator, key=fresh_key())
    business_circle.credit_waiting_payments()

    assert fresh(waiting).state == "credited"
    assert points_of(into) == (252, 0)


def test_the_openid_is_sealed_and_opens_only_for_its_payment(store):
    payment, other = pay(store), pay(store)

    assert OPENID.encode() not in bytes(fresh(payment).openid_sealed)
    assert openids.open_openid(fresh(payment)) == OPENID
    other.openid_sealed = fresh(payment).openid_sealed
    with pytest.raises(crypto.Unsealable):
        openids.open_openid(other)


def test_a_new_master_key_seals_what_the_old_one_did(store, settings):
    payment = pay(store)
    (old,) = {fresh(payment).master_version}
    settings.MASTER_KEYS = {old + 1: bytes(range(32)), **settings.MASTER_KEYS}

    assert business_circle.reseal_openids() == 1
    assert business_circle.reseal_openids() == 0

    settings.MASTER_KEYS = {old + 1: bytes(range(32))}
    assert fresh(payment).master_version == old + 1
    assert openids.open_openid(fresh(payment)) == OPENID


def test_an_authorisation_is_known_once_and_stands_again_after_a_withdrawal(database):
    at = clock.now()
    first = authorize(at=at)
    assert authorize(at=at).pk == first.pk
    Authorization.objects.update(state="withdrawn", withdrawn_at=at + timedelta(hours=1))

    assert authorize(at=at).state == "withdrawn"
    assert authorize(at=at + timedelta(hours=2), kind="OTHER").state == "authorized"
    row = Authorization.objects.get()
    assert (row.kind, row.withdrawn_at) == ("OTHER", None)


def test_a_payment_after_a_withdrawal_still_earns_for_it_was_reported(member, store):
    authorize()
    Authorization.objects.update(state="withdrawn", withdrawn_at=clock.now())

    assert pay(store).state == "credited"


def test_one_payment_that_breaks_stops_no_other(store, monkeypatch):
    broken, sound = pay(store, amount_fen=100), pay(store)
    make_member("小林", openid=OPENID)
    earn = loyalty.earn_points

    def fail_once(**terms):
        if terms["purchase"].receipt_no == broken.transaction_id:
            raise RuntimeError
        return earn(**terms)

    monkeypatch.setattr(loyalty, "earn_points", fail_once)
    assert business_circle.credit_waiting_payments() == 1
    assert (fresh(broken).state, fresh(sound).state) == ("waiting_for_member", "credited")
    monkeypatch.undo()
    assert business_circle.credit_waiting_payments() == 1


def test_no_number_of_a_stranger_is_a_store(member):
    assert pay(shop_number="str_unknown").state == "waiting_for_store"
    assert MallPayment.objects.get().store is None
