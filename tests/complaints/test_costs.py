"""What an act and a run of the timers cost the database: no more statements than these, however long the history."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.complaints.machine.words import CaseActor
from tests.complaints.test_timers import instant
from tests.factories.complaints import REFUND, ComplaintScene

SHOPPER = CaseActor.SHOPPER

# Most statements of each, savepoints and locks among them.
MOST_OF_AN_ACT, MOST_OF_A_TIMER_ACT, MOST_OF_AN_EMPTY_RUN = 22, 32, 5


def statements(call) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


@pytest.mark.parametrize("is_long", [False, True])
def test_an_act_costs_the_same_however_long_the_history(scene, is_long):
    scene.negotiating()
    if is_long:
        for _turn in range(6):
            scene.do("propose_remedy", actor=SHOPPER, by=scene.member.user, remedy=REFUND)
    act = {"actor": SHOPPER, "by": scene.member.user}

    assert statements(lambda: scene.do("escalate_case", **act)) <= MOST_OF_AN_ACT


def test_a_run_of_the_timers_costs_nothing_where_nothing_is_due(scene):
    for _case in range(3):
        scene.file(receipt_no="")
    scene.run_timers(instant("2026-06-01T12:00"))

    assert statements(lambda: scene.run_timers(instant("2026-06-01T12:00"))) <= MOST_OF_AN_EMPTY_RUN


def test_each_case_that_is_due_costs_the_timers_the_same(scene):
    scene.accepted()
    of_a_case = statements(lambda: scene.run_timers(instant("2026-06-03T12:00")))
    scenes = [ComplaintScene().accepted() for _case in range(3)]
    of_three = statements(lambda: scenes[0].run_timers(instant("2026-06-03T12:00")))

    assert of_a_case <= MOST_OF_A_TIMER_ACT
    assert of_three <= 3 * of_a_case
