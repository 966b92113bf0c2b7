"""A payment waits for its member or its store, is credited when they come, or lapses."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.idempotency import Key
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.errors import (
    PaymentDecided,
    ShopNumberEmpty,
)
from loyalty.business_circle.models import PointsSync
from loyalty.models import Receipt
from tests.business_circle.mall_steps import (
    OPENID,
    authorize,
    fresh,
    fresh_key,
    member_of,
    pay,
    points_of,
)
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member


def test_whoever_authorises_is_a_member_and_what_waited_is_credited(store):
    payment = pay(store)
    assert payment.state == "waiting_for_member"
    assert PointsSync.objects.count() == 0

    authorize()
    assert business_circle.credit_waiting_payments() == 1

    assert fresh(payment).state == "credited"
    assert points_of(member_of()) == (126, 0)


def test_whoever_signs_in_gets_the_points_that_waited(store):
    payment = pay(store)

    member = make_member("小林", openid=OPENID)
    business_circle.credit_waiting_payments()

    assert fresh(payment).state == "credited"
    assert points_of(member) == (126, 0)


def test_nothing_is_decided_while_nobody_has_joined(store):
    payment = pay(store)

    assert business_circle.credit_waiting_payments() == 0
    assert business_circle.lapse_waiting_payments() == 0
    assert fresh(payment).state == "waiting_for_member"


def test_who_does_not_join_in_time_earns_nothing_and_wechat_is_told_why(store):
    payment = pay(store)

    with clock.travel_to(payment.waits_until):
        assert business_circle.credit_waiting_payments() == 0
        assert business_circle.lapse_waiting_payments() == 1

    assert (fresh(payment).state, fresh(payment).reason) == ("without_points", "no_member")
    sync = PointsSync.objects.get()
    assert (sync.is_earned, sync.increased_points, sync.total_points, sync.remarks) == (
        False,
        0,
        None,
        "未在规定时间内入会",
    )
    member = make_member("小林", openid=OPENID)
    assert business_circle.credit_waiting_payments() == 0
    assert points_of(member) == (0, 0)


def test_who_joins_a_moment_before_the_end_is_credited(store):
    payment = pay(store)
    make_member("小林", openid=OPENID)

    with clock.travel_to(payment.waits_until + timedelta(minutes=5)):
        assert business_circle.lapse_waiting_payments() == 1

    assert fresh(payment).state == "credited"


def test_an_unknown_shop_waits_until_a_person_says_which_store_it_is(member, store, operator):
    payment = pay(shop_number="茶-07", shop_name="奶茶")
    twin = pay(shop_number="茶-07", shop_name="奶茶", amount_fen=5_000)
    assert payment.state == twin.state == "waiting_for_store"

    business_circle.assign_shop_number(
        shop_number=" 茶-07 ", store=store, by=operator, key=fresh_key()
    )
    assert business_circle.credit_waiting_payments() == 2

    assert {fresh(payment).state, fresh(twin).state} == {"credited"}
    assert points_of(member) == (176, 0)
    assert pay(shop_number="茶-07").state == "credited"


def test_a_number_that_is_assigned_anew_means_another_store_from_then_on(member, store, operator):
    other = make_earning_store()
    for target in (store, other):
        business_circle.assign_shop_number(
            shop_number="7", store=target, by=operator, key=fresh_key()
        )
        pay(shop_number="7")

    stores = Receipt.objects.order_by("pk").values_list("store", flat=True)
    assert list(stores) == [store.pk, other.pk]


def test_assigning_twice_with_one_key_is_once(member, store, operator):
    key = Key.of("test", "assign", number="7")
    first = business_circle.assign_shop_number(shop_number="7", store=store, by=operator, key=key)
    again = business_circle.assign_shop_number(shop_number="7", store=store, by=operator, key=key)

    assert first.pk == again.pk


def test_an_empty_number_cannot_be_assigned_but_its_payment_can(member, store, operator):
    payment = pay(shop_number="")

    with pytest.raises(ShopNumberEmpty):
        business_circle.assign_shop_number(
            shop_number=" ", store=store, by=operator, key=fresh_key()
        )
    business_circle.assign_payment_store(payment=payment, store=store, by=operator, key=fresh_key())

    assert fresh(payment).state == "credited"
    with pytest.raises(PaymentDecided):
        business_circle.assign_payment_store(
            payment=payment, store=store, by=operator, key=fresh_key()
        )


def test_a_shop_that_nobody_knows_in_time_earns_nothing(member):
    payment = pay(shop_number="?")

    with clock.travel_to(payment.waits_until):
        business_circle.lapse_waiting_payments()

    assert fresh(payment).reason == "unknown_store"


def test_who_waits_for_store_and_member_gets_both(store, operator):
    payment = pay(shop_number="7")
    business_circle.assign_shop_number(shop_number="7", store=store, by=operator, key=fresh_key())
    assert business_circle.credit_waiting_payments() == 0
    assert fresh(payment).state == "waiting_for_member"

    authorize()
    assert business_circle.credit_waiting_payments() == 1
    assert fresh(payment).state == "credited"
