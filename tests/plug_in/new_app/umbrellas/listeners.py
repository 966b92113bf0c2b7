"""What follows when an umbrella was lent."""

from typing import Any

from district.kernel import audit
from district.kernel.plugin import Listener
from umbrellas.events import UmbrellaLent


def on_umbrella_lent(event: dict[str, Any]) -> None:
    audit.record(verb="thank_borrower", subject=f"members.member:{event['member']}")


LISTENERS = (Listener(UmbrellaLent, on_umbrella_lent, "umbrellas.thank_borrower"),)
