"""Acts on cases at the same instant, each over a connection of its own."""

from datetime import timedelta

import pytest

from credit.complaints import services as complaints
from credit.complaints.errors import CaseActRefused, CaseNotInState
from credit.complaints.machine.events import chain_problem
from credit.complaints.models import CaseFile
from credit.complaints.queries.cases import events_of
from credit.models import CaseOutcomeVersion
from district.calendar.calendar_days import set_day
from district.kernel import clock, invariants
from tests.factories.complaints import HOUR, START, ComplaintScene, decision, make_filing
from tests.factories.loyalty import fresh_key
from tests.race import race


def test_many_acts_and_the_timers_at_once_leave_one_history(real_db):
    scene = ComplaintScene().accepted()
    at = scene.now
    key = fresh_key()

    def withdraw(own_key):
        with clock.travel_to(at):
            return complaints.withdraw_case(case=scene.case, member=scene.member, key=own_key)

    def answer():
        with clock.travel_to(at):
            return complaints.answer_case(
                case=scene.case, by=scene.clerk, stance="offer", text="", key=fresh_key()
            )

    def run_timers():
        with clock.travel_to(at.replace(day=2, hour=23)):
            return complaints.run_timers()

    results = race(
        *[lambda: withdraw(key)] * 3, lambda: withdraw(fresh_key()), answer, answer, run_timers
    )
    refusals = [result for result in results if isinstance(result, Exception)]
    scene.case.refresh_from_db()

    assert {type(refusal) for refusal in refusals} <= {CaseNotInState}
    assert scene.case.state == "withdrawn"
    assert [row.action for row in scene.case.events.all()].count("withdraw") == 1
    assert list(invariants.offences()) == []


def test_of_many_filings_at_once_three_are_open(real_db):
    scene = ComplaintScene()

    def file():
        with clock.travel_to(START):
            return complaints.file_case(
                member=scene.member, filing=make_filing(scene.store), key=fresh_key()
            )

    race(*[file] * 6)

    assert sorted(CaseFile.objects.values_list("filing_slot", flat=True)) == [1, 2, 3]


def at_instant(at, verb, **arguments):
    """A call of a verb at an instant, with a key of its own."""

    def call():
        with clock.travel_to(at):
            return getattr(complaints, verb)(key=fresh_key(), **arguments)

    return call


def run_timers_at(at):
    def call():
        with clock.travel_to(at):
            return complaints.run_timers()

    return call


def refusals_of(results):
    """What was refused; anything else that went wrong is raised."""
    failures = [result for result in results if isinstance(result, Exception)]
    for failure in failures:
        if not isinstance(failure, CaseNotInState | CaseActRefused):
            raise failure
    return failures


def actions_of(case):
    return list(case.events.order_by("seq").values_list("action", flat=True))


def whole(*cases):
    for case in cases:
        case.refresh_from_db()
        assert chain_problem(events_of(case), case.head) is None
    return list(invariants.offences()) == []


@pytest.mark.parametrize("turn", range(3))
def test_an_answer_at_the_last_moment_and_the_timer(real_db, turn):
    """Answered or late, never both: whichever came first, the other one finds the case elsewhere."""
    scene = ComplaintScene().accepted()
    due_at = scene.case.clocks.get(name="first_answer").due_at
    answer = at_instant(
        due_at - timedelta(microseconds=1),
        "answer_case",
        case=scene.case,
        by=scene.clerk,
        stance="offer",
        text="可以退款。",
    )
    refused = refusals_of(race(answer, *[run_timers_at(due_at)] * 3, answer))
    assert whole(scene.case)

    breaches = list(scene.case.breaches.values_list("kind", "at"))
    if scene.case.state == "negotiating":
        assert (actions_of(scene.case)[2:], breaches, len(refused)) == (["answer"], [], 1)
    else:
        assert actions_of(scene.case)[2:] == ["timeout"]
        assert (scene.case.state, breaches) == ("mediation", [("late_first_answer", due_at)])
        assert len(refused) == 2


def test_a_withdrawal_and_a_decision_at_once(real_db):
    """A decided case may still be withdrawn; of one that was withdrawn nothing is decided."""
    scene = ComplaintScene().in_mediation()
    at = scene.now + HOUR
    decide = at_instant(at, "decide_case", case=scene.case, by=scene.officer, decision=decision())
    withdraw = at_instant(at, "withdraw_case", case=scene.case, member=scene.member)
    refused = refusals_of(race(decide, withdraw, decide, withdraw))
    assert whole(scene.case)

    ends = actions_of(scene.case)[4:]
    assert ends in (["withdraw"], ["decide", "withdraw"])
    assert len(refused) == 4 - len(ends)
    assert (scene.case.state, scene.case.outcome) == ("withdrawn", "withdrawn")


def test_two_officers_do_one_thing(real_db):
    scene = ComplaintScene().file()
    at = scene.now + HOUR
    for_both = {"case": scene.case}
    refused = refusals_of(
        race(
            at_instant(at, "accept_case", by=scene.officer, **for_both),
            at_instant(at, "refuse_case", by=scene.reviewer, reason="no_facts", **for_both),
            at_instant(at, "accept_case", by=scene.reviewer, **for_both),
        )
    )
    assert whole(scene.case)
    assert len(refused) == 2
    assert actions_of(scene.case) in (["submit", "accept"], ["submit", "refuse"])


def test_an_evaluation_is_given_once(real_db):
    scene = ComplaintScene().done()
    scene.do("confirm_remedy", member=scene.member)
    marks = {"speed": 4, "fairness": 5, "result": 4, "resolved": "yes"}
    at = scene.now + HOUR
    give = at_instant(at, "evaluate_case", case=scene.case, member=scene.member, **marks)
    refused = refusals_of(race(*[give] * 5))
    assert whole(scene.case)

    assert {refusal.facts["problem"] for refusal in refused} == {"first_evaluation"}
    assert actions_of(scene.case).count("evaluate") == 1
    assert CaseOutcomeVersion.objects.filter(case=scene.case.public_id).count() == 2


def test_a_reopening_at_the_last_moment_and_the_end_of_its_window(real_db):
    """A new day off gives more time, whoever comes first; a reopening at the end that stands is too late."""
    scene = ComplaintScene().done()
    scene.do("confirm_remedy", member=scene.member)
    until = scene.case.windows_until
    last_day = (until - HOUR).astimezone(clock.SHANGHAI).date()
    set_day(day=last_day, is_workday=False, name="停电", by=scene.officer)
    reopen = {"case": scene.case, "member": scene.member, "facts": "又坏了。"}
    refused = refusals_of(
        race(
            run_timers_at(until - HOUR),
            at_instant(until - timedelta(microseconds=1), "reopen_case", **reopen),
            at_instant(until, "reopen_case", **reopen),
            run_timers_at(until - HOUR),
        )
    )
    assert whole(scene.case)

    assert scene.case.state == "mediation"
    assert actions_of(scene.case).count("reopen") == 1
    assert len(refused) == 1


def test_a_merger_an_acceptance_and_a_merger_the_other_way(real_db):
    """Of two cases that become one, one stays open; a case that was accepted is merged into none."""
    scene = ComplaintScene()
    first, second = scene.file().case, scene.file(receipt_no="").case
    at = scene.now + HOUR
    refused = refusals_of(
        race(
            at_instant(at, "merge_case", case=first, master=second, by=scene.officer),
            at_instant(at, "merge_case", case=second, master=first, by=scene.reviewer),
            at_instant(at, "accept_case", case=first, by=scene.officer),
        )
    )
    assert whole(first, second)

    states = sorted([first.state, second.state])
    assert states in (["awaiting_merchant", "merged"], ["merged", "submitted"])
    assert len(refused) == (1 if "awaiting_merchant" in states else 2)
