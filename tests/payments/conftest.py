import pytest

from district.kernel import clock, invariants
from district.kernel.plugin import invariants_of
from tests.factories.members import make_member, make_operator
from tests.payments.bank_channel import NOON, bank
from tests.payments.payment_steps import place_paid
from tests.payments.unionpay_sandbox import unionpay, unionpay_keys
from tests.payments.wechat_steps import deliver, paid, wechat_pay
from tests.wechat.pay_sandbox import receiver, sandbox, sandbox_of_session, sandbox_process

__all__ = [
    "bank",
    "deliver",
    "paid",
    "receiver",
    "sandbox",
    "sandbox_of_session",
    "sandbox_process",
    "unionpay",
    "unionpay_keys",
    "wechat_pay",
]


@pytest.fixture(autouse=True)
def books_stay_clean(request):
    """Whatever a test did, no invariant of payments may find anything afterwards."""
    if "database" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("database")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert invariants.findings(invariants_of("payments")) == []


@pytest.fixture
def database(request):
    """The database of the test: one of its own where it says so, else one that is rolled back."""
    own = {"real_db", "durable_db"} & set(request.fixturenames)
    return request.getfixturevalue(own.pop() if own else "db")


@pytest.fixture
def member(database):
    return make_member("小林")


@pytest.fixture
def zhang(database):
    return make_operator("zhang")


@pytest.fixture
def wang(database):
    return make_operator("wang")


@pytest.fixture
def order(bank, member):
    return place_paid(bank, member)


@pytest.fixture
def dear(bank, member):
    """A payment above what one person may refund alone."""
    return place_paid(bank, member, amount_fen=50_000).accepted_payment


@pytest.fixture
def noon(database):
    """A day with its bill a day later."""
    with clock.travel_to(NOON):
        yield
