"""What the tests of the kernel share."""

from collections import defaultdict

import pytest

from district.kernel import bell, events, workdays
from tests.kernel.probing import probes  # noqa: F401 - a fixture
from tests.kernel.scene import scene, unchanged  # noqa: F401 - fixtures


@pytest.fixture
def nobody_listens(monkeypatch):
    """Without any listener, and with a bell that may ring at once."""
    monkeypatch.setattr(events, "_handlers", defaultdict(dict))
    monkeypatch.setattr(bell, "_quiet_until", 0.0)


@pytest.fixture
def calendar_unread():
    """The process has not read the calendar, and does not remember what the test makes of it."""
    workdays.forget()
    yield
    workdays.forget()
