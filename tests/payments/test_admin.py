"""Payments in the back office: followed from end to end, refunded by one person or two, differences explained."""

import pytest

from district.kernel import clock
from district.kernel.models import AuditLine
from district.payments import services as payments
from district.payments.models import (
    BillDifference,
    ChannelBill,
    Order,
    PaymentRefund,
    RefundProposal,
)
from tests.admin.action_forms import act, once_of, text_of
from tests.admin.two_merchants import signed_in
from tests.factories.merchants import make_clerk, make_merchant
from tests.payments.payment_steps import (
    accept,
    fresh,
    let_waiting_calls_be_due,
    place_paid,
    place_prepared,
    refund,
)

ORDERS, PAYMENTS = "/admin/payments/order/", "/admin/payments/payment/"
REFUNDS, PROPOSALS = "/admin/payments/paymentrefund/", "/admin/payments/refundproposal/"
DIFFERENCES = "/admin/payments/billdifference/"


@pytest.fixture
def operator(zhang):
    return signed_in(zhang)


@pytest.fixture
def second_operator(wang):
    return signed_in(wang)


@pytest.fixture
def merchant(database):
    return make_merchant(name="湖滨停车")


@pytest.fixture
def order(bank, member, merchant):
    return place_paid(bank, member, merchant=merchant, amount_fen=50_000)


def test_an_orders_page_tells_everything_that_happened_to_it(operator, bank, order):
    second = accept(bank.pay(order))
    bank.faults["refund"] = ["unavailable"]
    payments.send_refunds()

    page = text_of(operator.get(f"{ORDERS}{order.pk}/change/"))

    for words in [
        "下单 ¥500.00",
        "用户支付",
        "重复支付",
        "申请退款",
        "申请退款：未连通 SYSTEM_ERROR",
    ]:
        assert words in page, words
    assert second.transaction_id in page


def test_one_person_refunds_up_to_the_limit(operator, order):
    payment = order.accepted_payment
    address = f"{PAYMENTS}{payment.pk}/refund/"
    once = once_of(operator.get(address))
    fields = {"once": once, "amount_yuan": "200.00", "reason": "设备故障"}

    answers = [operator.post(address, fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    row = PaymentRefund.objects.get()
    assert (row.amount_fen, row.origin) == (20_000, "person")
    assert AuditLine.objects.filter(verb="propose_refund").count() == 1


def test_a_larger_refund_waits_for_a_second_person(operator, second_operator, order):
    payment = order.accepted_payment
    act(operator, f"{PAYMENTS}{payment.pk}/refund/", amount_yuan="200.01", reason="设备故障")
    proposal = RefundProposal.objects.get()
    assert PaymentRefund.objects.count() == 0
    assert operator.get(f"{PROPOSALS}{proposal.pk}/approve/").status_code in {403, 404}
    assert "待复核退款" in text_of(second_operator.get("/admin/"))

    act(second_operator, f"{PROPOSALS}{proposal.pk}/approve/", note="核对无误")

    assert PaymentRefund.objects.get().proposal == proposal
    lines = AuditLine.objects.filter(verb="approve_refund")
    assert [line.facts["amount_fen"] for line in lines] == [20_001]


def test_a_proposal_is_rejected_with_a_reason(operator, second_operator, order):
    payment = order.accepted_payment
    act(operator, f"{PAYMENTS}{payment.pk}/refund/", amount_yuan="300.00", reason="设备故障")
    proposal = RefundProposal.objects.get()

    act(second_operator, f"{PROPOSALS}{proposal.pk}/reject/", note="已在现场退款")

    assert fresh(proposal).state == "rejected"
    assert fresh(payment).refund_reserved_fen == 0


def test_more_than_is_left_is_refused_on_the_form(operator, order):
    address = f"{PAYMENTS}{order.accepted_payment_id}/refund/"

    answer = act(operator, address, amount_yuan="500.01", reason="多退")

    assert "最多还可退 ¥500.00" in text_of(answer)
    assert PaymentRefund.objects.count() == 0


def test_an_order_is_closed_and_asked_about(operator, bank, member):
    order = place_prepared(member)

    act(operator, f"{ORDERS}{order.pk}/close/")
    assert fresh(order).state == "closing"
    bank.pay(order)
    act(operator, f"{ORDERS}{order.pk}/query/")

    assert fresh(order).state == "paid"


def test_a_refund_that_no_channel_takes_is_sent_again_or_given_up(operator, bank, order):
    wanted = refund(order, 500)
    bank.faults["refund"] = ["NOT_ENOUGH"] * 3
    for _ in range(3):
        let_waiting_calls_be_due()
        payments.send_refunds()

    act(operator, f"{REFUNDS}{wanted.pk}/replay/")
    assert fresh(wanted).set_aside_at is None
    bank.faults["refund"] = ["NOT_ENOUGH"] * 3
    for _ in range(3):
        let_waiting_calls_be_due()
        payments.send_refunds()
    let_waiting_calls_be_due()
    act(operator, f"{REFUNDS}{wanted.pk}/abandon/", note="改为现金")

    assert (fresh(wanted).state, fresh(wanted).note) == ("closed", "改为现金")


def test_a_difference_is_explained(operator, bank, order):
    bill = ChannelBill.objects.create(channel="bank", day=clock.business_day(clock.now()))
    difference = BillDifference.objects.create(
        bill=bill,
        kind="missing_here",
        number="P1",
        transaction_id="T1",
        amount_fen=500,
        found_at=clock.now(),
    )
    assert "渠道有、本地无" in text_of(operator.get(DIFFERENCES))

    act(operator, f"{DIFFERENCES}{difference.pk}/explain/", note="渠道次日冲正")

    assert fresh(difference).state == "explained"


def test_the_channels_page_says_what_failed_and_what_waits(operator, bank, order):
    refund(order, 500)
    bank.faults["refund"] = ["RULE_LIMIT"]
    payments.send_refunds()

    page = text_of(operator.get("/admin/reports/payments/?days=7"))

    for words in ["测试银行", "RULE_LIMIT", "申请退款", "被拒绝", "退款在途"]:
        assert words in page, words


def test_a_merchants_finance_sees_its_own_orders_and_moves_no_money(bank, member, merchant, order):
    other = place_paid(bank, member)
    finance = signed_in(make_clerk(merchant=merchant, role="finance").user)
    cashier = signed_in(make_clerk(merchant=merchant, role="cashier").user)

    page = text_of(finance.get(ORDERS))
    assert order.number in page
    assert other.number not in page
    assert finance.get(f"{ORDERS}{other.pk}/change/").status_code == 404
    assert finance.get(f"{PAYMENTS}{order.accepted_payment_id}/refund/").status_code in {403, 404}
    assert finance.get("/admin/reports/payments/").status_code == 403
    assert finance.get(DIFFERENCES).status_code == 403
    assert cashier.get(ORDERS).status_code == 403
    assert Order.objects.count() == 2
