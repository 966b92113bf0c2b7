"""Files lie in a folder of the test; after every test no promise is broken."""

import pytest

from credit.evidence import services as evidence
from credit.evidence.intake import take_in
from credit.evidence.values import Side, Visibility
from district.kernel import invariants
from tests.evidence.files import jpeg
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path / "evidence"


@pytest.fixture(autouse=True)
def sound(request):
    if "db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []


@pytest.fixture
def member(db):
    return make_member()


@pytest.fixture
def hand_in(member):
    """A member hands a file in."""

    def hand_in(
        content=None, *, owner=None, side=Side.SHOPPER, visibility=Visibility.PARTIES, key=None
    ):
        return evidence.store_file(
            owner=owner or member.user,
            side=side,
            received=take_in([content or jpeg()]),
            visibility=visibility,
            key=key or fresh_key(),
        )

    return hand_in
