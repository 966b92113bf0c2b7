"""What consent hears of others."""

from typing import Any

from district.consent import services as consent
from district.kernel.plugin import Listener
from district.members.events import MemberAbsorbed


def on_member_absorbed(event: dict[str, Any]) -> None:
    consent.merge_consents(source=event["source"], into=event["into"])


LISTENERS = (Listener(MemberAbsorbed, on_member_absorbed, "consent.merge_consents"),)
