"""A member, a counter, a clerk of it, and a photograph that waits."""

import pytest

from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member
from tests.receipt_photos.photo_steps import clerk_of, send


@pytest.fixture
def member(db):
    return make_member("小林")


@pytest.fixture
def other(db):
    return make_member("小周")


@pytest.fixture
def store(db):
    return make_earning_store()


@pytest.fixture
def clerk(store):
    return clerk_of(store).user


@pytest.fixture
def photo(member, store):
    return send(member, store)
