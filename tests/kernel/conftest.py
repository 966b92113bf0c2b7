"""What the tests of the kernel share."""

from collections import defaultdict

import pytest

from district.kernel.outbox import events, wakeup
from tests.kernel.bank_notices import bank, bank_handler, other_bank  # noqa: F401 - fixtures
from tests.kernel.contract_requests import contract_requests, unchanged  # noqa: F401 - fixtures
from tests.kernel.probe_client import probes  # noqa: F401 - a fixture


@pytest.fixture
def no_listeners(monkeypatch):
    """Without any listener, and with a wake-up that may be sent at once."""
    monkeypatch.setattr(events, "_handlers", defaultdict(dict))
    if wakeup._timer is not None:
        wakeup._timer.cancel()
    monkeypatch.setattr(wakeup, "_timer", None)
    monkeypatch.setattr(wakeup, "_paused_until", 0.0)
