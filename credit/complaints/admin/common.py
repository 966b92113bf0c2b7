"""What the screens of complaints share."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import Cell, MenuGroup, format_instant, name_events, name_verbs

COMPLAINTS = MenuGroup(gettext_lazy("投诉与举报"), order=39)
# What a role must allow for the merchant's own screen.
HANDLE = "handle_complaints"

name_verbs(
    enter_complaint=gettext_lazy("代录投诉"),
    record_contact_call=gettext_lazy("记录电话告知"),
    take_over_walk_in_cases=gettext_lazy("会员接管代录投诉"),
    erase_case_note=gettext_lazy("删除办理说明"),
    erase_case_evidence=gettext_lazy("删除证据内容"),
    propose_complaint_policy=gettext_lazy("提出投诉办理期限"),
    approve_complaint_policy=gettext_lazy("公告投诉办理期限"),
    reject_complaint_policy=gettext_lazy("拒绝投诉办理期限"),
    withdraw_complaint_policy=gettext_lazy("撤回投诉办理期限"),
    add_answer_template=gettext_lazy("新增答复模板"),
    edit_answer_template=gettext_lazy("修改答复模板"),
)
name_events(
    CaseActed=gettext_lazy("案件有进展"),
    CaseNoticeDue=gettext_lazy("案件提醒或超时"),
)


def remaining_text(due_at: datetime) -> str:
    """How long until an instant, or since it, in the two largest units."""
    left = due_at - clock.now()
    words = _span(abs(left))
    return (
        _("还剩 %(span)s") % {"span": words}
        if left > timedelta()
        else _("已超 %(span)s") % {"span": words}
    )


def due_cell(due_at: datetime | None) -> Cell:
    """When something is due and how long that is; red when it was, amber within a day."""
    if due_at is None:
        return Cell("—")
    left = due_at - clock.now()
    tone = "bad" if left <= timedelta() else "warn" if left < timedelta(days=1) else ""
    return Cell(f"{format_instant(due_at)}（{remaining_text(due_at)}）", tone=tone)


def due_text(due_at: datetime | None) -> str:
    """The same as plain text."""
    return str(due_cell(due_at).text)


def lines(pairs: Iterable[tuple[Any, Any]]) -> list[list[Any]]:
    """Rows of a section of two columns; what is empty is left out."""
    return [[name, value] for name, value in pairs if value not in (None, "")]


def _span(length: timedelta) -> str:
    days, rest = length.days, length.seconds
    hours, minutes = rest // 3_600, rest % 3_600 // 60
    if days:
        return _("%(days)d 天 %(hours)d 小时") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d 小时 %(minutes)d 分") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)d 分钟") % {"minutes": minutes}
