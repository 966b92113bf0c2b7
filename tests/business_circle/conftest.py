from importlib import import_module

import pytest

from district.kernel import clock, invariants
from district.kernel.plugin import invariants_of
from tests.business_circle.mall_steps import OPENID
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member, make_operator
from tests.wechat.fixtures import APPID
from tests.wechat.pay_sandbox import receiver, sandbox, sandbox_of_session, sandbox_process

_SERVICES = "loyalty.business_circle.services"
# The modules: the package has the verbs under their names.
send_points_syncs = import_module(f"{_SERVICES}.send_points_syncs")
refresh_authorizations = import_module(f"{_SERVICES}.refresh_authorizations")

__all__ = ["receiver", "sandbox", "sandbox_of_session", "sandbox_process"]


@pytest.fixture(autouse=True)
def books_stay_clean(request):
    """Whatever a test did, no invariant of the points may find anything afterwards."""
    if "database" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("database")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert invariants.findings(invariants_of("business_circle", "loyalty", "bills")) == []


@pytest.fixture
def database(request):
    """The database of the test: one of its own where it says so, else one that is rolled back."""
    own = {"real_db", "durable_db"} & set(request.fixturenames)
    return request.getfixturevalue(own.pop() if own else "db")


@pytest.fixture
def member(database):
    return make_member("小林", openid=OPENID)


@pytest.fixture
def store(database):
    return make_earning_store()


@pytest.fixture
def operator(database):
    return make_operator("zhang")


@pytest.fixture
def mall(database, sandbox, receiver, settings, monkeypatch):
    """WeChat's sandbox, with the district set up as its merchant; calls are not patient, notices go to `receiver`."""
    sandbox.configure(settings)
    settings.WECHAT_APPID = APPID
    client = sandbox.client()
    for module in (send_points_syncs, refresh_authorizations):
        monkeypatch.setattr(module, "pay_client", lambda: client)
    sandbox.control("pay-settings", mall_notify_url=receiver.url)
    with clock.travel_to(sandbox.now):
        yield sandbox
