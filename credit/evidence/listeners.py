"""What evidence files do when something happened below; each bears repetition."""

from typing import Any

from credit.evidence import services as evidence
from district.kernel.plugin import Listener
from district.members.events import MemberAbsorbed
from district.wechat.events import PictureChecked


def on_picture_checked(event: dict[str, Any]) -> None:
    evidence.note_verdict(**event)


def on_member_absorbed(event: dict[str, Any]) -> None:
    evidence.move_files(source=event["source"], into=event["into"])


LISTENERS = (
    Listener(PictureChecked, on_picture_checked, "evidence.note_verdict"),
    Listener(MemberAbsorbed, on_member_absorbed, "evidence.move_files"),
)
