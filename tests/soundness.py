"""After a test no promise of the database is broken."""

import pytest

from district.kernel import invariants


@pytest.fixture(autouse=True)
def sound(request):
    """After every test with a database that is rolled back no audit query finds anything."""
    if not request.node.get_closest_marker("django_db") and "db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []
