"""Payments, disputes, credit notes, and what goes back into a prefund."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from district.kernel import clock
from district.kernel.errors import FourEyesNeeded, NotFound, ProposalDecided
from loyalty.models import IssueBudget, IssueBudgetSlot, PrefundEntry
from loyalty.services import sweep_accounts
from loyalty.services.set_terms import EarningTerms
from loyalty.settlement import services as settlement
from loyalty.settlement.errors import (
    CycleState,
    DisputeAlreadyCredited,
    DisputeAlreadyOpen,
    DisputeDecided,
    DisputeDoesNotFit,
    PaymentExceedsDue,
    PaymentNotReversible,
    PaymentReferenceUsed,
    PaymentWrongWay,
)
from loyalty.settlement.models import Line, Release, Statement, StatementPayment
from loyalty.settlement.services.credit_notes import Correction
from loyalty.settlement.services.payments import PaymentDetails
from tests.factories.loyalty import buy, fresh_key, make_earning_store, pay_points, undo
from tests.factories.members import make_member
from tests.factories.merchants import make_merchant
from tests.factories.settlement import closed, open_cycle_until
from tests.settlement.conftest import AFTER, FIRST, LAST

APRIL, MAY = date(2026, 4, 30), date(2026, 5, 31)


def paid(fen, reference="B-1", direction="to_merchant"):
    return PaymentDetails(fen=fen, direction=direction, reference=reference, paid_at=AFTER)


@pytest.fixture
def line(member, tea, books, zhang, wang):
    """Tea owes books 100 fen."""
    buy(member, tea, fen=20_000)
    pay_points(member, books, points=100)
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)
    return Line.objects.select_related("cycle").get()


@pytest.fixture
def statement(line):
    return Statement.objects.get(merchant=line.redeemer_id)


def test_payments_are_noted_once_and_never_exceed_what_is_due(statement, line, zhang):
    first = settlement.record_payment(statement=statement, paid=paid(60), by=zhang)
    assert settlement.record_payment(statement=statement, paid=paid(60), by=zhang) == first
    with pytest.raises(PaymentReferenceUsed):
        settlement.record_payment(statement=statement, paid=paid(40), by=zhang)
    with pytest.raises(PaymentExceedsDue) as refusal:
        settlement.record_payment(statement=statement, paid=paid(41, "B-2"), by=zhang)
    assert refusal.value.facts == {"open_fen": 40, "asked_fen": 41}
    with pytest.raises(PaymentWrongWay):
        settlement.record_payment(
            statement=statement, paid=paid(40, "B-2", "from_merchant"), by=zhang
        )
    settlement.record_payment(statement=statement, paid=paid(40, "B-2"), by=zhang)
    owes = Statement.objects.get(merchant=line.issuer_id)
    settlement.record_payment(statement=owes, paid=paid(100, "B-1", "from_merchant"), by=zhang)
    assert list(StatementPayment.objects.filter(statement=statement).values_list("after", flat=True)) == [
        60, 100,
    ]  # fmt: skip


def test_a_payment_noted_wrongly_is_taken_back_once(statement, zhang, wang):
    wrong = settlement.record_payment(statement=statement, paid=paid(100), by=zhang)
    back = settlement.reverse_payment(payment=wrong, note="看错了", by=zhang)
    assert settlement.reverse_payment(payment=wrong, note="看错了", by=zhang) == back
    with pytest.raises(PaymentNotReversible):
        settlement.reverse_payment(payment=wrong, note="看错了", by=wang)
    with pytest.raises(PaymentNotReversible):
        settlement.reverse_payment(payment=back, note="又看错了", by=zhang)
    settlement.record_payment(statement=statement, paid=paid(100, "B-2"), by=zhang)
    assert StatementPayment.objects.order_by("-nth").first().after == 100


def test_the_database_itself_lets_no_payment_exceed_what_is_due(statement, zhang):
    row = {
        "statement": statement, "merchant_id": statement.merchant_id, "direction": "to_merchant",
        "due": 100, "reference": "X", "paid_at": AFTER, "at": AFTER, "recorded_by": zhang,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="payment_at_most_what_is_due"), transaction.atomic():
        StatementPayment.objects.create(**row, nth=1, fen=101, before=0, after=101)
    settlement.record_payment(statement=statement, paid=paid(60), by=zhang)
    with pytest.raises(IntegrityError, match="payment_one_after_another"), transaction.atomic():
        StatementPayment.objects.create(**row, nth=1, fen=60, before=0, after=60)
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute("delete from settlement_statementpayment")


def test_a_dispute_is_a_partys_and_decided_once(line, books, zhang, wang):
    ask = {"line": line, "merchant": books.merchant, "reason": "少算了", "by": zhang}
    key = fresh_key()
    dispute = settlement.open_dispute(**ask, key=key)
    assert settlement.open_dispute(**ask, key=key) == dispute
    with pytest.raises(DisputeAlreadyOpen):
        settlement.open_dispute(**ask, key=fresh_key())
    with pytest.raises(NotFound):
        settlement.open_dispute(**(ask | {"merchant": make_merchant()}), key=fresh_key())
    with pytest.raises(FourEyesNeeded):
        settlement.uphold_dispute(dispute=dispute, decision="是", by=zhang)
    upheld = settlement.uphold_dispute(dispute=dispute, decision="是", by=wang)
    assert upheld.state == "upheld"
    assert settlement.uphold_dispute(dispute=dispute, decision="是", by=wang) == upheld
    with pytest.raises(DisputeDecided):
        settlement.withdraw_dispute(dispute=dispute, by=zhang)
    with pytest.raises(DisputeDecided):
        settlement.reject_dispute(dispute=dispute, decision="否", by=wang)
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute("update settlement_dispute set state = 'rejected'")


def test_a_dispute_may_be_withdrawn_and_raised_again(line, tea, zhang):
    ask = {"line": line, "merchant": tea.merchant, "reason": "多算了", "by": zhang}
    dispute = settlement.open_dispute(**ask, key=fresh_key())
    assert settlement.withdraw_dispute(dispute=dispute, by=zhang).state == "withdrawn"
    assert settlement.open_dispute(**ask, key=fresh_key()) != dispute


def test_a_credit_note_of_two_people_enters_the_next_cycle(line, tea, books, zhang, wang):
    dispute = settlement.open_dispute(
        line=line, merchant=books.merchant, reason="少算了", by=zhang, key=fresh_key()
    )
    correction = Correction(
        line.cycle, tea.merchant, books.merchant, 7, "少算七分", dispute=dispute
    )
    with pytest.raises(DisputeDoesNotFit):
        settlement.propose_credit_note(correction=correction, by=zhang, key=fresh_key())
    dispute = settlement.uphold_dispute(dispute=dispute, decision="是", by=wang)
    correction = Correction(line.cycle, tea.merchant, books.merchant, 7, "少算七分", dispute)
    key = fresh_key()
    note = settlement.propose_credit_note(correction=correction, by=zhang, key=key)
    assert settlement.propose_credit_note(correction=correction, by=zhang, key=key) == note
    with pytest.raises(DisputeAlreadyCredited):
        settlement.propose_credit_note(correction=correction, by=zhang, key=fresh_key())
    with pytest.raises(FourEyesNeeded):
        settlement.approve_credit_note(note=note, by=zhang)
    settlement.approve_credit_note(note=note, by=wang)
    with pytest.raises(ProposalDecided):
        settlement.reject_credit_note(note=note, decision="不", by=wang)

    cycle = closed(APRIL, by=zhang, approver=wang)

    note.refresh_from_db()
    assert note.cycle == cycle
    sums = Statement.objects.filter(cycle=cycle).values_list("merchant", "credits", "net")
    assert set(sums) == {(tea.merchant_id, -7, -7), (books.merchant_id, 7, 7)}
    closed(MAY, by=zhang, approver=wang)
    assert not Statement.objects.filter(cycle__number=3).exclude(credits=0).exists()
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute("update settlement_creditnote set cycle_id = null")


def test_a_note_waits_while_a_proposal_is_out_and_goes_back_when_it_is_withdrawn(
    line, tea, books, zhang, wang
):
    def approved():
        note = settlement.propose_credit_note(
            correction=Correction(line.cycle, tea.merchant, books.merchant, 7, "更正"),
            by=zhang, key=fresh_key(),
        )  # fmt: skip
        return settlement.approve_credit_note(note=note, by=wang)

    early = approved()
    cycle = open_cycle_until(APRIL, by=zhang)
    with pytest.raises(CycleState):
        settlement.propose_credit_note(
            correction=Correction(cycle, tea.merchant, books.merchant, 7, "更正"),
            by=zhang, key=fresh_key(),
        )  # fmt: skip
    with clock.travel_to(cycle.ends_at):
        settlement.propose_close(cycle=cycle, by=zhang)
        late = approved()
        early.refresh_from_db()
        assert (early.cycle, late.cycle) == (cycle, None)
        settlement.withdraw_close(cycle=cycle, by=wang)
        early.refresh_from_db()
        assert early.cycle is None
        settlement.propose_close(cycle=cycle, by=zhang)
        settlement.approve_close(cycle=cycle, by=wang)
    assert Statement.objects.get(cycle=cycle, merchant=books.merchant).credits == 14


@pytest.fixture
def _prefunded(tea):
    """Tea has put 1,000 fen aside; its points cost it 1 fen each."""
    budget = IssueBudget.objects.create(merchant=tea.merchant, slots=1, since=AFTER)
    IssueBudgetSlot.objects.create(budget=budget, slot=0, remaining_milli_fen=1_000_000)
    PrefundEntry.objects.create(
        merchant=tea.merchant, kind="deposit", milli_fen=1_000_000, reference="D-1", actor="user:1",
        at=AFTER,
    )  # fmt: skip
    return budget


def left():
    return IssueBudgetSlot.objects.get().remaining_milli_fen


@pytest.mark.usefixtures("_prefunded")
def test_the_prefund_pays_what_its_points_cost_elsewhere(member, tea, books, zhang, wang):
    buy(member, tea, fen=50_000)
    assert left() == 500_000
    pay_points(member, books, points=100)

    closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    issuer = Statement.objects.get(merchant=tea.merchant)
    assert (issuer.payable, issuer.net, issuer.prefunded, issuer.due) == (100, -100, 100, 0)
    assert left() == 500_000
    with pytest.raises(PaymentWrongWay):
        settlement.record_payment(
            statement=issuer, paid=paid(100, direction="from_merchant"), by=zhang
        )


@pytest.mark.usefixtures("_prefunded")
def test_what_cost_nobody_anything_goes_back_into_the_prefund_once(member, tea, books, zhang, wang):
    buy(member, tea, fen=50_000)
    spent = pay_points(member, tea, points=100)
    cycle = closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    assert left() == 600_000
    entry = PrefundEntry.objects.get(kind="release")
    assert (entry.milli_fen, entry.reference) == (100_000, cycle.public_id)
    with clock.travel_to(AFTER):
        settlement.approve_close(cycle=cycle, by=wang)
        # Given back: those points live again, and cost something again.
        undo(spent, tea)
    closed(APRIL, by=zhang, approver=wang)
    assert left() == 600_000
    assert Release.objects.get(cycle__number=2).carry_out == -100_000

    with clock.travel_to(clock.start_of_day(date(2026, 5, 2))):
        pay_points(member, tea, points=150)
    closed(MAY, by=zhang, approver=wang)
    assert left() == 650_000
    assert Release.objects.get(cycle__number=3).carry_out == 0


def test_points_that_expire_go_back_into_the_prefund(member, books, zhang, wang, march):
    store = make_earning_store(EarningTerms(validity_months=1))
    budget = IssueBudget.objects.create(merchant=store.merchant, slots=1, since=AFTER)
    IssueBudgetSlot.objects.create(budget=budget, slot=0, remaining_milli_fen=200_000)
    PrefundEntry.objects.create(
        merchant=store.merchant, kind="deposit", milli_fen=200_000, reference="D-1",
        actor="user:1", at=AFTER,
    )  # fmt: skip
    buy(make_member("小王"), store, fen=20_000)
    assert left() == 0
    IssueBudget.objects.update(full_milli_fen=200_000, warned_at=AFTER, fallback_since=AFTER)
    open_cycle_until(APRIL, first_day=FIRST, by=zhang)
    with clock.travel_to(clock.start_of_day(APRIL + timedelta(days=1))):
        sweep_accounts()
    closed(APRIL, by=zhang, approver=wang)

    assert left() == 200_000
    assert Statement.objects.get().expired_points == 200
    # The merchant grants again, and will be warned again.
    budget.refresh_from_db()
    assert (budget.warned_at, budget.fallback_since) == (None, None)
