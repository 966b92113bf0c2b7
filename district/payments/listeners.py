"""What payments hear of others."""

from typing import Any

from district.kernel.plugin import Listener
from district.members.events import MemberAbsorbed
from district.payments import services


def _move_orders(payload: dict[str, Any]) -> None:
    services.move_orders(source=payload["source"], into=payload["into"])


LISTENERS = (Listener(MemberAbsorbed, _move_orders, "payments.move_orders"),)
