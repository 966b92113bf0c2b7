"""The business circle in the back office: followed from end to end; a person says which store it was."""

import pytest

from district.kernel import clock
from district.kernel.models import AuditLine
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.models import PointsSync, ShopNumber
from tests.admin.action_forms import act, once_of, text_of
from tests.admin.two_merchants import signed_in
from tests.business_circle.mall_steps import fresh, note_refund, pay, points_of, refunded
from tests.factories.loyalty import make_earning_store
from tests.factories.merchants import make_clerk

PAYMENTS, SYNCS = "/admin/business_circle/mallpayment/", "/admin/business_circle/pointssync/"
REFUNDS, NUMBERS = "/admin/business_circle/mallrefund/", "/admin/business_circle/shopnumber/"


@pytest.fixture
def back_office(operator):
    return signed_in(operator)


def test_a_payments_page_tells_what_became_of_it(back_office, member, store):
    payment = pay(store)
    refund = note_refund(refunded(payment, 8_000))

    page = text_of(back_office.get(f"{PAYMENTS}{payment.pk}/change/"))

    for words in [payment.transaction_id, "已积分", "¥126.80", refund.refund_id, "¥80.00", "126"]:
        assert words in page, words
    assert "oLin-0001" not in page


def test_a_number_is_assigned_once_and_what_waits_is_credited(back_office, member, store):
    payment = pay(shop_number="茶-07")
    address = f"{PAYMENTS}{payment.pk}/assign-number/"
    page = back_office.get(address)
    assert 'value="茶-07"' in page.content.decode()
    fields = {"once": once_of(page), "shop_number": "茶-07", "store": store.pk}

    answers = [back_office.post(address, fields) for _ in range(2)]
    business_circle.credit_waiting_payments()

    assert [answer.status_code for answer in answers] == [302, 302]
    assert fresh(payment).state == "credited"
    assert AuditLine.objects.filter(verb="assign_shop_number").count() == 1
    assert ShopNumber.objects.get().store == store


def test_one_payment_gets_its_store(back_office, member, store):
    payment = pay(shop_number="")

    act(back_office, f"{PAYMENTS}{payment.pk}/assign-store/", store=store.pk)

    assert fresh(payment).state == "credited"
    assert points_of(member) == (126, 0)


def test_a_number_is_entered_before_any_payment(back_office, store, member):
    act(back_office, f"{NUMBERS}add/", shop_number="7", store=store.pk)

    assert pay(shop_number="7").state == "credited"


def test_the_overview_shows_backlog_and_unmatched_shops(back_office, member, store):
    pay(store)
    pay(shop_number="茶-07", shop_name="奶茶", amount_fen=1_234)

    page = text_of(back_office.get("/admin/reports/business_circle/"))

    for words in ["待同步", "茶-07", "奶茶", "¥12.34"]:
        assert words in page, words


def test_a_sync_that_was_set_aside_is_sent_again(back_office, member, store):
    pay(store)
    PointsSync.objects.update(set_aside_at=clock.now(), last_error="PARAM_ERROR", attempts=3)
    row = PointsSync.objects.get()
    assert "已搁置" in text_of(back_office.get(SYNCS))

    act(back_office, f"{SYNCS}{row.pk}/replay/")

    assert (fresh(row).set_aside_at, fresh(row).attempts) == (None, 0)


def test_refunds_that_a_person_has_to_check_are_on_the_dashboard(back_office, member, store):
    note_refund(refunded(pay(store), 100, payment_fen=999_999))
    pay(shop_number="?")

    page = text_of(back_office.get("/admin/"))

    assert "待核对的商圈退款" in page
    assert "待对应门店的支付" in page
    assert "支付金额与原支付不一致" in text_of(back_office.get(REFUNDS))


def test_a_merchants_people_see_the_payments_of_their_stores_and_change_nothing(store, member):
    waiting, credited = pay(shop_number="7"), pay(store)
    refund = note_refund(refunded(credited, 8_000))
    foreign = pay(make_earning_store(), amount_fen=77_700)
    owner = signed_in(make_clerk(merchant=store.merchant, role="owner").user)

    page = text_of(owner.get(PAYMENTS))
    assert credited.transaction_id in page
    assert waiting.transaction_id not in page
    assert foreign.transaction_id not in page
    page = text_of(owner.get(f"{PAYMENTS}{credited.pk}/change/"))
    for words in ["¥126.80", "已积分", refund.refund_id, "¥80.00"]:
        assert words in page, words
    assert "积分同步" not in page
    for address in (
        *(SYNCS, REFUNDS, NUMBERS, f"{PAYMENTS}{waiting.pk}/assign-store/"),
        *(f"{PAYMENTS}{row.pk}/change/" for row in (waiting, foreign)),
    ):
        assert owner.get(address).status_code in {403, 404}, address
    assert fresh(waiting).state == "waiting_for_store"
