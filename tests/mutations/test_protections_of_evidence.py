"""What keeps the files of a person to a few, taken away one by one."""

import pytest

from credit.evidence import services as evidence
from credit.evidence.intake import take_in
from credit.evidence.models import EvidenceFile
from credit.evidence.values import Side
from tests.evidence.files import pdf
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

LOCKS, FILE = "credit/evidence/sql/locks.sql", "evidence_evidencefile"
PAPERS = 5


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def hand_in(member):
    return evidence.store_file(
        owner=member.user, side=Side.SHOPPER, received=take_in([pdf()]), key=fresh_key()
    )


class FewFilesOfAPerson:
    """Of many papers that a person hands in at once, five wait for a case."""

    protections = (
        Protection(
            "files of a person come one after the other",
            rewrite_functions(
                LOCKS,
                (
                    "select pg_advisory_xact_lock(hashtextextended('evidence owner', p_user))",
                    "select",
                ),
            ),
        ),
        Protection("a slot is of one file", drop_constraint(FILE, "evidence_unused_slot_once")),
    )

    def holds_under_attack(self):
        member = make_member()
        for _ in range(PAPERS - 1):
            hand_in(member)
        race(*[lambda: attempt(lambda: hand_in(member))] * CALLERS)
        return EvidenceFile.objects.filter(owner=member.user).count() <= PAPERS


INVARIANTS = [FewFilesOfAPerson]
