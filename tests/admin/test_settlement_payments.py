"""Payments and disputes of a settled cycle in the back office."""

from datetime import timedelta

import pytest

from district.kernel import clock
from loyalty.settlement.models import CreditNote, Dispute, Line, StatementPayment
from tests.admin.action_forms import act, once_of, text_of
from tests.admin.settlement_steps import ADMIN, page_of
from tests.admin.two_merchants import table_digests


def pay_address(statement):
    return f"{ADMIN}/statement/{statement.pk}/pay/"


def asked_to_pay(**changes):
    now = clock.now().astimezone(clock.SHANGHAI) - timedelta(minutes=2)
    fields = {"yuan": "0.10", "reference": "工行0001", "paid_at": f"{now:%Y-%m-%dT%H:%M}"}
    return fields | changes


def test_a_payment_is_noted_once_and_taken_back_by_a_counter_entry(operator, own_statement):
    assert abs(own_statement.due) >= 11
    address = pay_address(own_statement)
    filled = {"once": once_of(operator.get(address))} | asked_to_pay()

    for _ in range(2):
        assert operator.post(address, filled).status_code == 302
    payment = StatementPayment.objects.get(reference="工行0001")
    assert (payment.fen, payment.before, payment.after) == (10, 1, 11)
    act(operator, f"{ADMIN}/statementpayment/{payment.pk}/reverse/", words="登记错了")

    assert sum(own_statement.payments.values_list("fen", flat=True)) == 1
    assert operator.get(f"{ADMIN}/statementpayment/{payment.pk}/reverse/").status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        {"yuan": "0"},
        {"yuan": "-1"},
        {"yuan": "1000000"},
        {"yuan": "0.001"},
        {"reference": ""},
        {"paid_at": "2999-01-01T00:00"},
        {"paid_at": "昨天"},
    ],
)
def test_payments_that_cannot_be_are_refused(operator, own_statement, changes):
    before = table_digests()

    assert act(operator, pay_address(own_statement), **asked_to_pay(**changes)).status_code == 422
    assert table_digests() == before


# --- Disputes and credit notes ----------------------------------------------------------------
def test_a_side_disputes_a_line_an_operator_upholds_and_two_correct_it(
    two_merchants, line, operator, other_operator
):
    finance = two_merchants.second.client("finance")
    raised = act(finance, f"{ADMIN}/line/{line.pk}/dispute/", words="这五十分不在本店")
    dispute = Dispute.objects.get(reason="这五十分不在本店")
    assert raised["Location"] == f"{ADMIN}/dispute/{dispute.pk}/change/"
    assert dispute.merchant == two_merchants.second.merchant
    twice = act(finance, f"{ADMIN}/line/{line.pk}/dispute/", words="再说一次")
    assert (twice.status_code, "待处理的争议" in text_of(twice)) == (422, True)

    act(operator, f"{ADMIN}/dispute/{dispute.pk}/uphold/", words="属实")
    act(
        operator,
        f"{ADMIN}/dispute/{dispute.pk}/correct/",
        way="back",
        yuan="0.50",
        reason="退回五角",
    )
    note = CreditNote.objects.get(dispute=dispute)
    assert (note.payer, note.payee, note.fen) == (line.redeemer, line.issuer, 50)
    assert page_of(finance, note).status_code == 404, "not decided yet"
    assert operator.get(f"{ADMIN}/creditnote/{note.pk}/approve/").status_code == 403
    act(other_operator, f"{ADMIN}/creditnote/{note.pk}/approve/")

    note.refresh_from_db()
    assert note.state == "approved"
    assert page_of(finance, note).status_code == 200
    assert operator.get(f"{ADMIN}/dispute/{dispute.pk}/correct/").status_code == 302


def test_a_line_of_others_cannot_be_disputed(two_merchants, owner):
    foreign = Line.objects.exclude(issuer=two_merchants.second.merchant).exclude(
        redeemer=two_merchants.second.merchant
    )
    before = table_digests()

    for line in foreign:
        address = f"{ADMIN}/line/{line.pk}/dispute/"
        assert owner.get(address).status_code == 404
        assert owner.post(address, {"once": "0" * 32, "words": "不对"}).status_code == 404

    assert foreign.exists()
    assert table_digests() == before
