"""A complaint of a shopper with a purchase at a store of the alliance."""

import pytest

from credit.complaints.machine.events import chain_problem
from credit.complaints.models import CaseFile
from credit.complaints.queries.cases import events_of
from district.kernel import invariants
from tests.factories.complaints import ComplaintScene


@pytest.fixture(autouse=True)
def sound(request):
    """After every test no promise is broken, and every chain holds."""
    if not request.node.get_closest_marker("django_db") and "db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []
        for file in CaseFile.objects.all():
            assert chain_problem(events_of(file), file.head) is None


@pytest.fixture
def scene(db):
    return ComplaintScene()
