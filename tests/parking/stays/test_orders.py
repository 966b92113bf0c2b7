"""Whatever comes first, and however often: the same events end in the same stays."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction
from django.utils import timezone

from district.kernel import invariants
from district.kernel.plugin import invariants_of
from parking.models import GateEvent, Stay
from tests.factories.stays import gate_row, make_gated_car_park, pass_gate

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
NOW = timezone.now().replace(microsecond=0)


def end_state():
    """What everything came to, whatever the order it came in."""
    stays = Stay.objects.exclude(state="merged").order_by("entered_at", "left_at")
    return [
        (
            stay.state,
            stay.entered_at,
            stay.left_at,
            sorted(stay.events.values_list("event_id", flat=True)),
        )
        for stay in stays
    ]


@pytest.mark.parametrize(
    "passes",
    [
        # An exit is lost, a pass is read twice, and the car comes back.
        ["entry 300", "exit 240", "entry 200", "entry 100", "exit 60"],
        ["entry 300.2", "entry 300", "exit 240", "exit 239.8", "entry 100"],
        # An entry is missing.
        ["exit 300", "entry 200", "exit 100", "exit 50", "entry 20"],
        # Readings that join two others to one pass.
        ["entry 100", "entry 99.7", "entry 99.4", "exit 50", "exit 49.4"],
    ],
)
def test_all_orders_of_events_and_their_duplicates_end_in_one_state(passes):
    car_park = make_gated_car_park()
    rows = []
    for place, text in enumerate(passes):
        direction, minutes = text.split()
        at = NOW - timedelta(minutes=float(minutes))
        rows.append(gate_row(car_park, direction, at, event_id=f"e-{place}"))
    promises = invariants_of("parking")
    ends = []

    for number, order in enumerate(permutations(rows)):
        with transaction.atomic():
            for row in order:
                # Each comes twice, and all that came before once more with it.
                pass_gate(car_park, row, row)
            pass_gate(car_park, *order)
            ends.append(end_state())
            assert GateEvent.objects.count() == len(rows)
            # One query a promise takes its time; every order is looked at by its figures.
            if number % 10 == 0:
                assert invariants.findings(promises) == [], order
            transaction.set_rollback(True)

    with transaction.atomic():
        pass_gate(car_park, *rows)
        at_once = end_state()
        transaction.set_rollback(True)
    assert len(ends) == 120
    assert all(end == at_once for end in ends)
