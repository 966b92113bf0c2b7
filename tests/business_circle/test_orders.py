"""Whatever comes first, and however often: everything ends the same way."""

from itertools import permutations

import pytest
from django.db import transaction

from district.kernel import invariants
from district.kernel.plugin import invariants_of
from loyalty.business_circle import services as business_circle
from tests.business_circle.mall_steps import (
    authorize,
    end_state,
    note,
    note_refund,
    paid,
    refunded,
)
from tests.factories.loyalty import make_earning_store

pytestmark = pytest.mark.slow
REPEATS = 3


@pytest.mark.django_db
def test_all_orders_of_payment_refunds_duplicate_and_authorisation_end_in_one_state():
    """Every order of the five, each as it comes and twice more, the worker looking after each notice."""
    store = make_earning_store()
    report = paid(store)
    steps = {
        "payment": lambda: note(report),
        "duplicate": lambda: note(report),
        "part": lambda: note_refund(part),
        "rest": lambda: note_refund(rest),
        "authorisation": lambda: authorize(at=report.paid_at),
    }
    part = refunded(report, 8_033)
    rest = refunded(report, 4_647)
    promises = invariants_of("business_circle", "loyalty")
    states = []

    for number, order in enumerate(permutations(steps)):
        with transaction.atomic():
            for _ in range(REPEATS):
                for name in order:
                    steps[name]()
                    business_circle.credit_waiting_payments()
            states.append(end_state())
            # One query a promise takes its time; every order is looked at by its figures.
            if number % 10 == 0:
                assert invariants.findings(promises) == [], order
            transaction.set_rollback(True)

    assert len(states) == 120
    assert all(state == states[0] for state in states)
    assert states[0] == {
        "accounts": [(0, 0, 0)],
        "receipts": [(report.transaction_id, 126, 126, 12_680)],
        "payments": [(report.transaction_id, "credited", "")],
        "refunds": [(part.refund_id, "applied", ""), (rest.refund_id, "applied", "")],
        "syncs": [(report.transaction_id, True, 126)],
    }
