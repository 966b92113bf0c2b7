"""What the tests of the calendar share."""

import pytest

from district.calendar import workdays


@pytest.fixture
def calendar_unread():
    """The process has not read the calendar, and does not remember what the test makes of it."""
    workdays.forget()
    yield
    workdays.forget()
