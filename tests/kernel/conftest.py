"""What the tests of the kernel share."""

from collections import defaultdict

import pytest

from district.kernel.outbox import events, wakeup
from tests.kernel.bank_notices import bank, bank_handler, other_bank  # noqa: F401 - fixtures
from tests.kernel.contract_requests import contract_requests, unchanged  # noqa: F401 - fixtures
from tests.kernel.probe_client import probes  # noqa: F401 - a fixture
from tests.queues import end_late_wakeup


@pytest.fixture
def no_listeners(monkeypatch):
    """Without any listener, and with a wake-up that may be sent at once."""
    monkeypatch.setattr(events, "_handlers", defaultdict(dict))
    end_late_wakeup()
    monkeypatch.setattr(wakeup, "_paused_until", 0.0)
    yield
    end_late_wakeup()
