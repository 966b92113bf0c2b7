import pytest

from district.replay.clients import ShopperClient, TillClient
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text


@pytest.fixture
def member(web):
    return make_member("小林")


@pytest.fixture
def shopper(web, member):
    from district.members import services as members

    return ShopperClient(web.connect(), members.open_session(member=member).token)


@pytest.fixture
def till(web):
    store = make_earning_store()
    return TillClient(web.connect(), till_key_text(store), store=store.public_id)


@pytest.fixture
def other_till(web):
    store = make_earning_store()
    return TillClient(web.connect(), till_key_text(store), store=store.public_id)
