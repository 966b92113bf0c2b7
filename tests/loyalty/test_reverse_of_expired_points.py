"""A spending undone after its lot has ended: the points die, and repay no debt but their own."""

from datetime import timedelta

from district.kernel import clock
from loyalty import queries
from loyalty.models import Debt, Transfer
from loyalty.services.set_terms import EarningTerms
from tests.factories.loyalty import buy, make_earning_store, make_refund, pay_points, undo


def test_dead_points_repay_no_debt_of_another_purchase(member, tea, books):
    short = make_earning_store(EarningTerms(validity_months=1))
    with clock.travel_to(clock.now() - timedelta(days=40)):
        buy(member, short, fen=10_000)
        spent = pay_points(member, short, points=100)
        other = buy(member, tea, fen=4_000)
        pay_points(member, books, points=40)
        make_refund(other)
    assert queries.balance_of(member).debt == 40

    undo(spent, short)

    kinds = list(Transfer.objects.order_by("-seq").values_list("kind", "points")[:2])
    assert kinds == [("expire", 100), ("reverse_spend", 100)]
    assert Debt.objects.get().repaid == 0
    assert queries.balance_of(member) == queries.Balance(available=0, held=0, pending=0, debt=40)


def test_dead_points_make_good_what_their_own_purchase_owes(member):
    """What the issuer gets back it has not lost, so nobody owes it to the issuer any more."""
    short = make_earning_store(EarningTerms(validity_months=1))
    with clock.travel_to(clock.now() - timedelta(days=40)):
        receipt = buy(member, short, fen=10_000)
        spent = pay_points(member, short, points=100)
        make_refund(receipt, fen=4_000)
    assert queries.balance_of(member).debt == 40

    undo(spent, short)

    kinds = list(Transfer.objects.order_by("-seq").values_list("kind", "points")[:3])
    assert kinds == [("expire", 60), ("repay", 40), ("reverse_spend", 100)]
    assert queries.balance_of(member) == queries.Balance(available=0, held=0, pending=0, debt=0)
