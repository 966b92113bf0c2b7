"""What keeps cases to one history and shoppers to three of them, taken away one by one."""

from credit.complaints import services as complaints
from credit.complaints.machine.events import chain_problem
from credit.complaints.models import CaseBreach, CaseEventRow, CaseFile, CaseNotice
from credit.complaints.queries.cases import events_of
from credit.complaints.services import timers
from district.kernel import clock
from tests.factories.complaints import START, ComplaintScene, make_filing
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member
from tests.mutations.invariant_tests import (  # noqa: F401 - collected here
    CALLERS,
    attempt,
    test_each_protection_holds_alone,
    test_with_every_protection_the_promise_holds,
    test_without_any_protection_the_race_breaks_the_promise,
)
from tests.mutations.protections import Protection, drop_constraint, rewrite_functions
from tests.race import race

LOCKS = "credit/complaints/sql/locks.sql"
FILING_LOCK = Protection(
    "filings of a shopper come one after the other",
    rewrite_functions(
        LOCKS,
        (
            "select pg_advisory_xact_lock(hashtextextended('complaints shopper', p_member))",
            "select",
        ),
    ),
)
CASE_FILE, EVENT = "complaints_casefile", "complaints_caseeventrow"
CLOCK = "complaints_caseclockrow"


class OneHistory:
    """Of many answers at once, one is the case's next event."""

    protections = (
        Protection(
            "acts of a case come one after the other",
            rewrite_functions(
                LOCKS,
                (
                    "perform from complaints_casefile where id = p_case for no key update;",
                    "null;",
                ),
            ),
        ),
        Protection(
            "an event, what it says to a side and what it stops are written once",
            (
                *drop_constraint(EVENT, "case_event_follows_its_own", "case_event_sealed_once"),
                *drop_constraint(EVENT, "case_event_once_per_number"),
                *drop_constraint("complaints_casenotice", "case_notice_once"),
                f"drop trigger {CLOCK}_stopped_once on {CLOCK}",
            ),
        ),
    )

    def __init__(self):
        self.scene = ComplaintScene()

    def holds_under_attack(self):
        scene = self.scene
        scene.member = make_member()
        scene.file(receipt_no="").do("accept_case", by=scene.officer)
        case, at = scene.case, scene.now

        def answer():
            with clock.travel_to(at):
                complaints.answer_case(
                    case=case, by=scene.clerk, stance="offer", text="", key=fresh_key()
                )

        race(*[lambda: attempt(answer)] * CALLERS)
        answers = CaseEventRow.objects.filter(case=case, action="answer").count()
        return answers == 1 and chain_problem(events_of(case)) is None


class TimersActOnce:
    """Of many runs of the timers over a case at once, each end brings one act, one breach and one notice."""

    protections = (
        OneHistory.protections[0],
        Protection(
            "what time brings is written once",
            (
                *OneHistory.protections[1].removal,
                *drop_constraint("complaints_casebreach", "case_breach_once"),
            ),
        ),
    )

    def __init__(self):
        self.scene = ComplaintScene()

    def holds_under_attack(self):
        scene = self.scene
        scene.member = make_member()
        scene.file(receipt_no="").do("accept_case", by=scene.officer)
        case, due_at = scene.case, scene.case.clocks.get(name="first_answer").due_at

        def look():
            with clock.travel_to(due_at):
                timers._look_at(CaseFile.objects.get(pk=case.pk))

        race(*[lambda: attempt(look)] * CALLERS)
        return (
            CaseBreach.objects.filter(case=case).count() == 1
            and CaseEventRow.objects.filter(case=case, action="timeout").count() == 1
            and CaseNotice.objects.filter(case=case, kind="breach", audience="merchant").count()
            == 1
        )


class OneOfTwoStaysOpen:
    """Of two cases that become one, each into the other, one stays open."""

    protections = (OneHistory.protections[0],)

    def __init__(self):
        self.scene = ComplaintScene()

    def holds_under_attack(self):
        scene = self.scene
        scene.member = make_member()
        pair = [scene.file(receipt_no="").case for _ in range(2)]

        def merge(case, master):
            with clock.travel_to(scene.now):
                complaints.merge_case(case=case, master=master, by=scene.officer, key=fresh_key())

        race(
            *[lambda: attempt(lambda: merge(*pair))] * (CALLERS // 2),
            *[lambda: attempt(lambda: merge(*reversed(pair)))] * (CALLERS // 2),
        )
        return (
            CaseFile.objects.filter(pk__in=[case.pk for case in pair], state="merged").count() == 1
        )


class ThreeOpenFilings:
    """Of many filings of a shopper at once, three are open."""

    protections = (
        FILING_LOCK,
        Protection(
            "a slot is of one open case",
            drop_constraint(CASE_FILE, "case_filing_slot_of_one_open_case"),
        ),
    )

    def __init__(self):
        self.scene = ComplaintScene()

    def holds_under_attack(self):
        member = make_member()
        _file_at_once(self.scene, member, "")
        return CaseFile.objects.filter(member=member).count() <= 3


class OneOpenCasePerPurchase:
    """Of many filings about one purchase at once, one is open."""

    protections = (
        FILING_LOCK,
        Protection(
            "a purchase has one open case",
            drop_constraint(CASE_FILE, "case_one_open_per_purchase"),
        ),
        Protection(
            "a slot is of one open case",
            drop_constraint(CASE_FILE, "case_filing_slot_of_one_open_case"),
        ),
    )

    def __init__(self):
        self.count = 0

    def holds_under_attack(self):
        self.count += 1
        scene = ComplaintScene()
        _file_at_once(scene, scene.member, "R1")
        return CaseFile.objects.filter(member=scene.member).count() == 1


def _file_at_once(scene, member, receipt_no):
    filing = make_filing(scene.store, receipt_no=receipt_no)

    def file():
        with clock.travel_to(START):
            complaints.file_case(member=member, filing=filing, key=fresh_key())

    race(*[lambda: attempt(file)] * CALLERS)


INVARIANTS = [
    OneHistory,
    TimersActOnce,
    OneOfTwoStaysOpen,
    ThreeOpenFilings,
    OneOpenCasePerPurchase,
]
