"""The three documents of a template version (times, scope, audience): refused unless they are of their
form, because the rules read them without asking again."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from coupons.engine.schedule import DAY_MINUTES, DayKind
from coupons.engine.scope import KINDS
from coupons.errors import TemplateInvalid

_MOST, _LONGEST = 20_000, 64
_SUNDAY = 7
_YEAR = 365
_WORD = re.compile(r"[a-z][a-z0-9_]{0,29}")


def require_documents(*, times: Any, scope: Any, audience: Any) -> None:
    """Raises TemplateInvalid with what is wrong, and where."""
    _require(_is_times(times), _("可用时段"))
    _require(_is_scope(scope), _("适用范围"))
    _require(_is_audience(audience), _("领取条件"))


def _require(holds: bool, name: str) -> None:  # noqa: FBT001
    if not holds:
        raise TemplateInvalid(reason=_("“{name}”的格式不正确。").format(name=name))


def _is_object(value: Any, members: dict[str, Callable[[Any], bool]]) -> bool:
    return isinstance(value, dict) and all(
        name in members and members[name](inner) for name, inner in value.items()
    )


def _is_texts(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MOST
        # PostgreSQL stores no NUL in a document.
        and all(
            isinstance(text, str) and 0 < len(text) <= _LONGEST and "\0" not in text
            for text in value
        )
    )


def _is_places(value: Any) -> bool:
    return _is_object(value, dict.fromkeys(KINDS, _is_texts))


def _is_scope(value: Any) -> bool:
    return _is_object(
        value,
        {
            "only": _is_places,
            "but_not": _is_places,
            "products": _is_texts,
            "but_no_products": _is_texts,
        },
    )


def _is_times(value: Any) -> bool:
    return _is_object(
        value,
        {
            "windows": lambda rows: isinstance(rows, list) and all(map(_is_window, rows)),
            "never": lambda rows: isinstance(rows, list) and all(map(_is_stretch, rows)),
        },
    )


def _is_window(value: Any) -> bool:
    return _is_object(
        value,
        {
            "start": lambda minute: type(minute) is int and 0 <= minute < DAY_MINUTES,
            "end": lambda minute: type(minute) is int and 0 < minute <= DAY_MINUTES,
            "weekdays": lambda days: (
                isinstance(days, list)
                and bool(days)
                and all(type(day) is int and 1 <= day <= _SUNDAY for day in days)
            ),
            "kind": lambda kind: kind in [day_kind.value for day_kind in DayKind],
        },
    )


def _is_stretch(value: Any) -> bool:
    try:
        first, last = value
        return date.fromisoformat(first) <= date.fromisoformat(last)
    except (TypeError, ValueError):
        return False


def _is_audience(value: Any) -> bool:
    return _is_object(
        value,
        {
            "new_within_days": lambda days: type(days) is int and 1 <= days <= _YEAR,
            "tags": _is_texts,
            "bought_at": _is_texts,
            "granted": lambda tag: isinstance(tag, str) and _WORD.fullmatch(tag) is not None,
            "granted_by": _is_texts,
        },
    )
