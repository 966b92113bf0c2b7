"""What keeps a side of a case to twenty messages a day, taken away piece by piece."""

from credit.complaints import services as complaints
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseMessage
from district.kernel import clock
from tests.factories.complaints import ComplaintScene
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
CASE_LOCK = Protection(
    "acts of a case come one after the other",
    rewrite_functions(
        LOCKS,
        ("perform from complaints_casefile where id = p_case for no key update;", "null;"),
    ),
)


class TwentyMessagesADay:
    """Of many messages of a side at once, no more than twenty are of a day."""

    protections = (
        CASE_LOCK,
        Protection(
            "a number of a day is of one message",
            drop_constraint("complaints_casemessage", "case_message_numbered_once"),
        ),
    )

    def __init__(self):
        self.scene = ComplaintScene()

    def holds_under_attack(self):
        scene = self.scene
        scene.member = make_member()
        scene.file(receipt_no="").do("accept_case", by=scene.officer)
        for _ in range(18):
            _write(scene)
        race(*[lambda: attempt(lambda: _write(scene))] * CALLERS)
        return CaseMessage.objects.filter(case=scene.case).count() <= 20


def _write(scene):
    with clock.travel_to(scene.now):
        complaints.send_message(
            case=scene.case,
            actor=CaseActor.MERCHANT,
            by=scene.clerk,
            text="在吗",
            key=fresh_key(),
        )


INVARIANTS = [TwentyMessagesADay]
