"""A settled cycle among three merchants: statements, a payment, disputes and credit notes of each kind."""

from datetime import timedelta
from unittest.mock import patch

from district.kernel import clock, plugin
from loyalty.settlement import services as settlement
from loyalty.settlement.models import Cycle, Line, Statement
from loyalty.settlement.services.credit_notes import Correction
from loyalty.settlement.services.payments import PaymentDetails
from tests.factories.loyalty import buy, fresh_key, make_earning_store, pay_points
from tests.factories.members import make_member
from tests.factories.settlement import book


def make_settled_cycle(first, second, *, by) -> Cycle:
    """Everything up to yesterday, closed; what was said about it afterwards at either side."""
    proposer, approver = by
    plugin.settlement_sources()["gift"] = "礼品卡"
    third = make_earning_store()
    third.merchant.name = "丙家花店"
    third.merchant.save()
    with clock.travel_to(clock.real_now() - timedelta(days=2)):
        for issued_at, spent_at in ((first, third), (third, first), (second, third)):
            guest = make_member()
            buy(guest, getattr(issued_at, "store", issued_at), fen=8_000)
            pay_points(guest, getattr(spent_at, "store", spent_at), points=35)
        book(first.merchant, third, 450, reference="rcp_a", source="gift")
        book(second.merchant, third, 600, reference="rcp_b", source="gift")
        book(second.merchant, third, -50, reference="rfd_b", source="gift")
    cycle = close(by=by)
    with patch("loyalty.settlement.services.seal.horizon_now", lambda: 2**62):
        settlement.seal_days(most=2)
    for line in Line.objects.order_by("pk"):
        for merchant in (line.issuer, line.redeemer):
            dispute = settlement.open_dispute(
                line=line, merchant=merchant, reason="这笔不对", by=proposer, key=fresh_key()
            )
        dispute = settlement.uphold_dispute(dispute=dispute, decision="核对后成立", by=approver)
        for decide in (True, False):
            note = settlement.propose_credit_note(
                correction=Correction(
                    cycle=cycle,
                    payer=line.redeemer,
                    payee=line.issuer,
                    fen=5,
                    reason="更正五分",
                    dispute=dispute if decide else None,
                ),
                by=proposer,
                key=fresh_key(),
            )
            if decide:
                settlement.approve_credit_note(note=note, by=approver)
    for statement in Statement.objects.exclude(due=0):
        paid = PaymentDetails(
            fen=1,
            direction="to_merchant" if statement.due > 0 else "from_merchant",
            reference=f"银行{statement.pk}",
            paid_at=clock.now(),
        )
        settlement.record_payment(statement=statement, paid=paid, by=approver)
    return cycle


def close(*, by, days=30) -> Cycle:
    """The cycle up to yesterday, opened if need be."""
    proposer, approver = by
    today = clock.business_day(clock.now())
    cycle = settlement.open_cycle(
        last_day=today - timedelta(days=1),
        first_day=None if Cycle.objects.exists() else today - timedelta(days=days),
        by=proposer,
    )
    # A test's own transaction has not ended: by the real horizon nothing of it would be settled.
    with patch("loyalty.settlement.services.close.horizon_now", lambda: 2**62):
        settlement.propose_close(cycle=cycle, by=proposer)
    return settlement.approve_close(cycle=cycle, by=approver)
