"""The same code and the same key, at the same instant, over real connections."""

from functools import partial

import pytest

from district.kernel.idempotency import Key
from district.members.models import CardCodeUse, User
from district.members.services.card_code import issue_card_code
from district.merchants import services as merchants
from district.merchants.models import AllianceMembership, Clerk, TillKey, Visit
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, make_merchant, till_of
from tests.race import race

ROUNDS = 20


@pytest.fixture
def member(real_db):
    return make_member("小林")


def test_one_code_at_two_tills_at_once_opens_one_visit(member):
    here, there = allied_store(), allied_store()
    tills = {here: till_of(here), there: till_of(there)}

    for number in range(1, ROUNDS + 1):
        code = issue_card_code(member=member).code
        outcomes = race(
            *(
                partial(
                    merchants.open_visit,
                    till=till,
                    store=store,
                    code=code,
                    key=Key.of(f"merchant:{store.merchant_id}:look_up", f"k{number}", code=code),
                )
                for store, till in tills.items()
            )
        )

        kinds = sorted(type(outcome).__name__ for outcome in outcomes)
        assert kinds == ["OpenedVisit", "TokenUsed"]
        assert Visit.objects.count() == CardCodeUse.objects.count() == number


def test_one_key_eight_times_at_once_opens_one_visit_and_answers_alike(member):
    store = allied_store()
    till = till_of(store)

    for number in range(1, ROUNDS + 1):
        code = issue_card_code(member=member).code
        key = Key.of("merchant:1:look_up", f"k{number}", code=code)
        ask = partial(merchants.open_visit, till=till, store=store, code=code, key=key)
        outcomes = race(*[ask] * 8)

        assert len({(opened.visit.pk, opened.token) for opened in outcomes}) == 1
        assert Visit.objects.count() == number


def test_two_appointments_at_once_make_one_post(real_db):
    for number in range(ROUNDS):
        wang = User.objects.create_staff(f"wang{number}")
        outcomes = race(
            *(
                partial(
                    merchants.appoint_clerk,
                    user=wang,
                    merchant=make_merchant(),
                    role=Clerk.Role.OWNER,
                    by=None,
                )
                for _ in range(2)
            )
        )

        kinds = sorted(type(outcome).__name__ for outcome in outcomes)
        assert kinds == ["Clerk", "ClerkAlreadyPosted"]


def test_two_enrolments_at_once_make_one_membership(real_db):
    for number in range(1, ROUNDS + 1):
        enrol = partial(merchants.enrol_merchant, merchant=make_merchant(), by=None)
        first, second = race(enrol, enrol)

        assert first == second
        assert AllianceMembership.objects.count() == number


def test_two_rotations_at_once_make_one_successor(real_db):
    store = allied_store()
    for number in range(ROUNDS):
        key_id = till_of(store).key_id
        outcomes = race(
            *(
                partial(
                    merchants.rotate_till_key,
                    till_key=TillKey(pk=key_id),
                    by=None,
                    key=Key.of("test", f"rotate {number} {turn}"),
                )
                for turn in range(2)
            )
        )

        kinds = sorted(type(outcome).__name__ for outcome in outcomes)
        assert kinds == ["IssuedTillKey", "TillKeyEnded"]
