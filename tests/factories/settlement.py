"""Closed cycles: the whole way from open to closed, by two people."""

from datetime import timedelta

from district.kernel import clock
from loyalty.settlement import services as settlement
from loyalty.settlement.queries import last_cycle


def book(payer, payee, fen, *, reference, source="gift"):
    """What an app above books at this instant; merchants, or stores of theirs."""
    settlement.book_charge(
        source=source, reference=reference, payer=_id(payer), payee=_id(payee), fen=fen
    )


def open_cycle_until(last_day, *, by, first_day=None):
    return settlement.open_cycle(last_day=last_day, first_day=first_day, by=by)


def closed(last_day, *, by, approver, first_day=None):
    """The cycle up to that day, closed the morning after."""
    cycle = last_cycle()
    if cycle is None or cycle.state == "closed":
        cycle = open_cycle_until(last_day, by=by, first_day=first_day)
    with clock.travel_to(clock.start_of_day(last_day + timedelta(days=1)) + timedelta(hours=9)):
        settlement.propose_close(cycle=cycle, by=by)
        return settlement.approve_close(cycle=cycle, by=approver)


def _id(party):
    return getattr(party, "merchant_id", party.pk)
