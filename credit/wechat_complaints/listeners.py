"""What complaints of WeChat do when something happened below; each bears repetition."""

from typing import Any

from credit.complaints.events import CaseActed
from credit.wechat_complaints import services
from credit.wechat_complaints.models import WechatComplaint
from district.kernel.plugin import Listener
from district.members.events import MemberAbsorbed


def on_case_acted(event: dict[str, Any]) -> None:
    services.note_case_events(case=event["case"])


def on_member_absorbed(event: dict[str, Any]) -> None:
    services.move_payers(source=event["source"], into=event["into"])


def _has_complaints() -> bool:
    return WechatComplaint.objects.exclude(case=None).exists()


LISTENERS = (
    Listener(CaseActed, on_case_acted, "wechat_complaints.note_case_events", when=_has_complaints),
    Listener(MemberAbsorbed, on_member_absorbed, "wechat_complaints.move_payers"),
)
