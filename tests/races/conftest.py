import pytest

from tests.factories.loyalty import make_counter
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text
from tests.http import Shopper, Till


@pytest.fixture
def member(web):
    return make_member("小林")


@pytest.fixture
def shopper(web, member):
    from district.members import services as members

    return Shopper(web.base_url, members.open_session(member=member).token)


@pytest.fixture
def till(web):
    store = make_counter()
    return Till(web.base_url, till_key_text(store), store=store.public_id)


@pytest.fixture
def other_till(web):
    store = make_counter()
    return Till(web.base_url, till_key_text(store), store=store.public_id)
