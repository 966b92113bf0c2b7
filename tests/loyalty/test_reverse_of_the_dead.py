"""A spending undone after its lot has ended: the points die, and repay nothing."""

from datetime import timedelta

from district.kernel import clock
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import Debt, Transfer
from loyalty.services.set_terms import Offer
from tests.factories.loyalty import buy, fresh_key, make_counter, pay, undo


def test_dead_points_repay_no_debt(member):
    short = make_counter(Offer(validity_months=1))
    then = clock.now() - timedelta(days=40)
    with clock.moved_to(then):
        receipt = buy(member, short, fen=10_000)
        spent = pay(member, short, points=100)
        loyalty.refund_receipt(
            receipt=receipt,
            store=short,
            refund_no="R-1",
            fen=4_000,
            actor="till:1",
            key=fresh_key(),
        )
    assert queries.balance_of(member).debt == 40

    undo(spent, short)

    kinds = list(Transfer.objects.order_by("-seq").values_list("kind", "points")[:2])
    assert kinds == [("expire", 100), ("reverse_spend", 100)]
    assert Debt.objects.get().repaid == 0
    assert queries.balance_of(member) == queries.Balance(available=0, held=0, pending=0, debt=40)
