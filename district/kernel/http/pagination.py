"""Cursor pages: lists that stay right while rows are added."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import BooleanField, Expression, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from district.kernel import clock

Row = TypeVar("Row", bound=Model)
PAGE = 20
LARGEST_PAGE = 100
_LONGEST_TEXT = 300


def cursor_page(
    request: Request,
    rows: QuerySet[Row],
    *,
    order: Sequence[str],
    render: Callable[[Row], Any],
    prepare: Callable[[list[Row]], object] | None = None,
) -> dict[str, Any]:
    """`{results, next}` in the given order: columns of the row, the last one unique, all rising
    or all falling (`-`).

    The cursor holds the last row's values, so pages stay right while rows are added. `prepare` is
    given all rows of the page before they are rendered, to ask at once what each of them needs.
    Raises ValidationError for a cursor or a limit that is not ours.
    """
    size = _page_size(request)
    fields = [rows.model._meta.get_field(name.removeprefix("-")) for name in order]
    if (text := request.query_params.get("cursor")) is not None:
        rows = rows.filter(
            _rows_after(_read_cursor(text, fields), falling=order[0].startswith("-"))
        )
    page = list(rows.order_by(*order)[: size + 1])
    following = None
    if len(page) > size:
        page.pop()
        following = _write_cursor([_plain(getattr(page[-1], field.name)) for field in fields])
    if prepare is not None:
        prepare(page)
    return {"results": [render(row) for row in page], "next": following}


def _page_size(request: Request) -> int:
    text = request.query_params.get("limit", str(PAGE))
    short = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_PAGE))
    if not short or not 1 <= int(text) <= LARGEST_PAGE:
        raise ValidationError({"limit": [_("请填写 1 至 %(most)s。") % {"most": LARGEST_PAGE}]})
    return int(text)


def _rows_after(values: list[tuple[Field, Any]], *, falling: bool) -> Q:
    """Rows behind these values, as one comparison of rows, which an index answers by itself.

    The same said with `or` makes PostgreSQL read all that stands before the page.
    """
    compare = LessThan if falling else GreaterThan
    here = _row(*(F(field.name) for field, _ in values))
    there = _row(*(Value(value, output_field=field) for field, value in values))
    return Q(compare(here, there))


def _row(*columns: Expression | F) -> Func:
    return Func(*columns, function="ROW", output_field=BooleanField())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _write_cursor(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _read_cursor(text: str, fields: Sequence[Any]) -> list[tuple[Field, Any]]:
    try:
        values = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise _foreign_cursor() from None
    if not isinstance(values, list) or len(values) != len(fields):
        raise _foreign_cursor()
    return [
        (field, _parse_value(field, value)) for field, value in zip(fields, values, strict=True)
    ]


def _parse_value(field: Field, value: Any) -> Any:
    """The value as the column holds it. Raises ValidationError for what no such column can hold."""
    kind = field.get_internal_type()
    typed: Any
    if kind == "DateTimeField":
        typed = clock.instant(value) if isinstance(value, str) else None
    elif kind in {"CharField", "TextField"}:
        typed = value if _is_text(value) else None
    else:
        typed = value if type(value) is int and abs(value) < 2**63 else None
    if typed is None:
        raise _foreign_cursor()
    return typed


def _foreign_cursor() -> ValidationError:
    return ValidationError({"cursor": [_("不是本接口给出的游标，请从第一页读起。")]})


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= _LONGEST_TEXT
