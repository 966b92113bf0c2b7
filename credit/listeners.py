"""What credit does when something happened below; each bears repetition."""

from typing import Any

from credit.services import move_ratings
from district.kernel.plugin import Listener
from district.members.events import MemberAbsorbed


def on_member_absorbed(event: dict[str, Any]) -> None:
    move_ratings(source=event["source"], into=event["into"])


LISTENERS = (Listener(MemberAbsorbed, on_member_absorbed, "credit.move_ratings"),)
