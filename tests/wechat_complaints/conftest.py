"""The district as the merchant of WeChat's sandbox: a payment in a member store, and a payer who may complain of it."""

from importlib import import_module

import pytest

from credit.complaints.machine.events import chain_problem
from credit.complaints.models import CaseFile
from credit.complaints.queries.cases import events_of
from credit.wechat_complaints import services as wechat_complaints
from district.kernel import clock, invariants
from tests.factories.complaints import ComplaintScene
from tests.wechat.fixtures import APPID
from tests.wechat.pay_sandbox import receiver, sandbox, sandbox_of_session, sandbox_process
from tests.wechat_complaints.complaint_steps import ComplaintAtWechat

_SERVICES = "credit.wechat_complaints.services"
# The modules: the package has the verbs under their names.
CALLERS = [
    import_module(f"{_SERVICES}.{name}")
    for name in ("fetch_complaints", "send_replies", "sweep_complaints", "register_address")
]

__all__ = ["receiver", "sandbox", "sandbox_of_session", "sandbox_process"]


@pytest.fixture(autouse=True)
def sound(request):
    """After every test with a database no promise is broken, and every chain holds."""
    if not {"db", "real_db"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("real_db" if "real_db" in request.fixturenames else "db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []
        for file in CaseFile.objects.all():
            assert chain_problem(events_of(file), file.head) is None


@pytest.fixture
def database(request):
    """The database of the test: one of its own where it says so, else one that is rolled back."""
    return request.getfixturevalue("real_db" if "real_db" in request.fixturenames else "db")


@pytest.fixture
def scene(database, wechat_pay):
    """A store, its clerk and an officer; nobody has complained."""
    return ComplaintScene(now=clock.now())


@pytest.fixture
def wechat_pay(database, sandbox, receiver, settings, monkeypatch):
    """The sandbox, with the district set up as its merchant and its notices going to `receiver`; calls are not patient."""
    sandbox.configure(settings)
    settings.WECHAT_APPID = APPID
    settings.PUBLIC_URL = receiver.url.partition("/notices")[0]
    client = sandbox.client()
    for module in CALLERS:
        monkeypatch.setattr(module, "pay_client", lambda: client)
    sandbox.control("pay-settings", refund_seconds=10_000_000.0)
    with clock.travel_to(sandbox.now):
        wechat_complaints.register_address(by=None)
        yield sandbox


@pytest.fixture
def complaint(wechat_pay, receiver, scene):
    """A complaint of a payment of ¥99.00 in the scene's store, made at WeChat; nothing of it is known here."""
    return ComplaintAtWechat(wechat_pay, receiver, scene)
