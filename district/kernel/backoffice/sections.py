"""What stands below a row's fields: sections of rows that belong to it, with links that respect scope."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from district.kernel.backoffice.registry import screen_of

_NUMBER = re.compile(r"[-+−]?\s?¥?[-−]?\d[\d,]*(\.\d+)?\s?%?", re.ASCII)


def is_number(value: Any) -> bool:
    """Whether a value is shown as a number: a count, a share, a sum of money."""
    return _NUMBER.fullmatch(str(value).strip()) is not None


@dataclass(frozen=True)
class Cell:
    """A piece of text, perhaps a link, perhaps in a colour: good, warn, bad, quiet."""

    text: Any
    url: str = ""
    tone: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is a sum, a count or a share, which stand to the right and are never broken."""
        return is_number(self.text)


@dataclass(frozen=True)
class Section:
    """A table below a row's fields; without headings its rows are facts, each a name and a value.

    `empty` says what its absence means.
    """

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Cell | Any]]
    empty: str
    note: str = ""
    more: Cell | None = None

    template: str = field(default="district/parts/section.html", init=False)

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """Each heading, and whether numbers stand below it."""
        columns = list(zip(*([cell for _header, cell in line] for line in self.lines), strict=True))
        numbers = [any(c.is_number for c in column) for column in columns] or [False] * len(
            self.headers
        )
        return list(zip(self.headers, numbers, strict=True))

    @property
    def facts(self) -> list[tuple[Any, Cell]]:
        """Where there are no headings: each name with its value."""
        return [
            (name, value if isinstance(value, Cell) else Cell(value)) for name, value in self.rows
        ]

    @property
    def lines(self) -> list[list[tuple[str, Cell]]]:
        """Each row as pairs of heading and cell: on a phone the heading stands beside its cell."""
        return [
            [
                (header, cell if isinstance(cell, Cell) else Cell(cell))
                for header, cell in zip(self.headers, row, strict=True)
            ]
            for row in self.rows
        ]


Contributor = Callable[[HttpRequest, Any], Iterable[Section]]
_contributors: dict[str, list[Contributor]] = defaultdict(list)


def add_sections(label: str, contributor: Contributor) -> None:
    """Add sections to the page of a lower app's rows, such as `members.member`.

    A lower app's screen knows nobody above it; so a higher app hangs its sections there.
    """
    _contributors[label].append(contributor)


def added_sections(request: HttpRequest, row: Model) -> list[Section]:
    return [
        section
        for contributor in _contributors[row._meta.label_lower]
        for section in contributor(request, row)
    ]


def visible_rows(request: HttpRequest, model: type[Model]) -> QuerySet[Any]:
    """The rows of a model the person may open: what every section is made of."""
    screen = screen_of(model)
    if screen is None or not screen.has_view_permission(request):
        return model._default_manager.none()
    rows: QuerySet[Any] = screen.get_queryset(request)
    return rows


def visible(request: HttpRequest, model: type[Model], pks: Iterable[Any]) -> set[Any]:
    """Which of these rows the person may open, in one query."""
    wanted_pks = {pk for pk in pks if pk is not None}
    if not wanted_pks:
        return set()
    return set(visible_rows(request, model).filter(pk__in=wanted_pks).values_list("pk", flat=True))


def format_instant(at: datetime | None) -> str:
    """An instant on the district's clock, to the minute."""
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else "—"


def progress_bar(done: int, total: int) -> str:
    """How far long work has come, as a bar and in figures."""
    if not total:
        return _("还没有内容")
    return format_html(
        '<progress max="{}" value="{}"></progress> {} / {}（{}%）',
        *(total, done, f"{done:,}", f"{total:,}", done * 100 // total),
    )


def url_of(model: type[Model], pk: Any) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])


def link(request: HttpRequest, row: Model | None, text: Any = None) -> Cell:
    """The row's name, linked when the person may open it; a dash for none.

    One query: for many rows use `visible`.
    """
    if row is None:
        return Cell("—")
    label = str(row) if text is None else text
    if visible(request, type(row), [row.pk]):
        return Cell(label, url_of(type(row), row.pk))
    return Cell(label)
