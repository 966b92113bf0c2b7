"""Values of consent that know no database: actions, reasons, the hash chain, the state that events come to."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from district.documents.json_text import json_text

# Before the first event of a subject.
NO_HASH: Final = "0" * 64
# How long a denial is remembered before an app may ask again.
DENIAL_REMEMBERED: Final = timedelta(days=90)


class Channel(TextChoices):
    """Where a message arrives; purposes that send nothing have `none`."""

    NONE = "none", _("不区分渠道")
    INBOX = "inbox", _("站内信")
    WECHAT = "wechat", _("微信订阅消息")


class Action(TextChoices):
    GRANT = "grant", _("同意")
    DENY = "deny", _("拒绝")
    WITHDRAW = "withdraw", _("撤回")
    EXPIRE = "expire", _("到期")
    REAFFIRM = "reaffirm", _("按新版再次同意")


class ConsentState(TextChoices):
    GRANTED = "granted", _("已同意")
    DENIED = "denied", _("已拒绝")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("已到期")


class Origin(TextChoices):
    """Who made the event: the member, the timetable, or the merger of two members."""

    MEMBER = "member", _("本人")
    TIMETABLE = "timetable", _("到期任务")
    MERGER = "merger", _("会员合并")


class ConsentReason(TextChoices):
    """Why something may not be done; `allowed` where it may."""

    ALLOWED = "allowed", _("允许")
    NO_CONSENT = "no_consent", _("未同意")
    WITHDRAWN = "withdrawn", _("已撤回")
    STALE_NOTICE = "stale_notice", _("告知已变更")
    DENIED = "denied", _("已拒绝")
    MINOR = "minor", _("未满十四周岁")


STATE_AFTER: Final = {
    Action.GRANT: ConsentState.GRANTED,
    Action.REAFFIRM: ConsentState.GRANTED,
    Action.DENY: ConsentState.DENIED,
    Action.WITHDRAW: ConsentState.WITHDRAWN,
    Action.EXPIRE: ConsentState.EXPIRED,
}


@dataclass(frozen=True)
class ConsentAddress:
    """One switch: a purpose, the merchant where the purpose is asked for each, the channel where it sends."""

    purpose: str
    merchant: int | None = None
    channel: str = Channel.NONE.value


def chain_hash(previous: str, document: dict[str, Any]) -> str:
    """SHA-256 in hex of the previous hash, a line feed and the canonical JSON of the event."""
    return hashlib.sha256(f"{previous}\n{json_text(document)}".encode()).hexdigest()
