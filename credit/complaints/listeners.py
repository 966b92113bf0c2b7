"""What complaints do when something happened below; each bears repetition."""

from typing import Any

from credit.complaints import services as complaints
from district.kernel.plugin import Listener
from district.members.events import MemberAbsorbed


def on_member_absorbed(event: dict[str, Any]) -> None:
    complaints.move_cases(source=event["source"], into=event["into"])


def on_member_absorbed_move_drafts(event: dict[str, Any]) -> None:
    complaints.move_drafts(source=event["source"], into=event["into"])


LISTENERS = (
    Listener(MemberAbsorbed, on_member_absorbed, "complaints.move_cases"),
    Listener(MemberAbsorbed, on_member_absorbed_move_drafts, "complaints.move_drafts"),
)
