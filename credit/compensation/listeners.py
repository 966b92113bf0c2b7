"""What the fund does when a case moved; it bears repetition and any order."""

from typing import Any

from credit.compensation import services as compensation
from credit.complaints.events import CaseActed
from district.kernel.plugin import Listener


def on_case_acted(event: dict[str, Any]) -> None:
    compensation.follow_case(case=event["case"])


LISTENERS = (Listener(CaseActed, on_case_acted, "compensation.follow_case"),)
