"""Published figures of complaints as lines of a page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from credit.texts import CASE_CATEGORIES

# Below, the hours are not set apart.
_MINUTES_ALONE = 120


def statistics_lines(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and value of what a document of `statistics_document` says; what few cases do not allow to say is left out."""
    figures = document.get
    lines = [(_("办结投诉"), _("{number} 件").format(number=document["cases"]))]
    rate = figures("per_thousand_purchases")
    if rate is not None:
        lines.append((_("每千笔消费投诉"), _("{number} 件").format(number=f"{rate:.2f}")))
    minutes = figures("first_answer_median_minutes")
    if minutes is not None:
        lines.append((_("首次答复用时（中位数）"), duration_text(minutes)))
    shares = (
        ("on_time_share", _("按时办理")),
        ("settled_share", _("协商或调解成功")),
        ("satisfied_share", _("评价者满意")),
    )
    lines += [
        (label, f"{share * 100:.1f}%")
        for name, label in shares
        if (share := figures(name)) is not None
    ]
    if figures("repeats") is not None:
        lines.append((_("再次投诉"), _("{number} 件").format(number=document["repeats"])))
    names = dict(CASE_CATEGORIES)
    lines += [
        (
            _("支持投诉人：{category}").format(category=names.get(category, category)),
            _("{number} 件").format(number=count),
        )
        for category, count in figures("upheld") or ()
    ]
    return lines


def duration_text(minutes: int) -> str:
    """95 分钟, 3 小时, 3 小时 5 分钟."""
    hours, rest = divmod(minutes, 60)
    if minutes < _MINUTES_ALONE:
        return _("{minutes} 分钟").format(minutes=minutes)
    if not rest:
        return _("{hours} 小时").format(hours=hours)
    return _("{hours} 小时 {minutes} 分钟").format(hours=hours, minutes=rest)
