"""Acts on cases at the same instant, each over a connection of its own."""

from credit.complaints import services as complaints
from credit.complaints.errors import CaseNotInState
from credit.complaints.models import CaseFile
from district.kernel import clock, invariants
from tests.factories.complaints import START, ComplaintScene, make_filing
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
