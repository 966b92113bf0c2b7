"""Columns: what lists, pages of rows and their sections show of a row, each with its heading.

A screen declares those that are no fields of the model as attributes, and names them in `list_display` or
`fields`; a section of rows is a `table` of them:

    paid = Money(gettext_lazy("实付"), "paid_fen")
    list_display = ["receipt_no", "paid"]

    table(_("小票"), [Link(_("小票号"), "receipt_no"), Money(_("实付"), "paid_fen")], receipts)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model

from district.kernel.backoffice.audit_labels import actor_texts
from district.kernel.backoffice.lazy_text import Text
from district.kernel.backoffice.sections import Cell, Section, format_instant, progress_bar, url_of
from district.kernel.text.money import format_yuan

# A path of attributes such as `account__member__public_id`, or what works the value out of the row.
Source = str | Callable[[Any], Any]


class Column:
    """A value of the row as text; `empty` stands for none.

    With `tones`, by the texts, a list shows the value as a label in the tone of its text: success, info,
    warning, danger, or none of them. In a section `tone` of the row colours it: good, warn, bad, quiet.
    """

    def __init__(
        self,
        label: Text,
        source: Source,
        *,
        empty: Text = "—",
        tones: Mapping[str, str] | None = None,
        tone: Callable[[Any], str] = lambda row: "",
    ) -> None:
        # What Django and the theme look for at whatever a list may show.
        self.short_description = label
        if tones is not None:
            self.label = dict(tones)
        self._source, self._empty, self._tone = source, empty, tone

    def __call__(self, row: Any) -> str:
        return self._text_or_empty(self._value(row))

    def _value(self, row: Any) -> Any:
        source = self._source
        return source(row) if callable(source) else value_at(row, source)

    def _text_or_empty(self, value: Any) -> str:
        return str(self._empty) if value is None or value == "" else self.text(value)

    def text(self, value: Any) -> str:
        """The value for people."""
        return str(value)

    def url(self, row: Any) -> str:
        """Where the value leads to in a section."""
        return ""

    def cell(self, row: Any) -> Cell:
        """The value in a section; what a function of the row made a cell stays as it is."""
        value = self._value(row)
        if isinstance(value, Cell):
            return value
        return Cell(self._text_or_empty(value), self.url(row), self._tone(row))


class Link(Column):
    """A value that leads to the row's own page, or to that of the row at the path `to`.

    The rows must be within the person's scope.
    """

    def __init__(self, label: Text, source: Source, *, to: str = "") -> None:
        super().__init__(label, source)
        self._to = to

    def url(self, row: Any) -> str:
        target = value_at(row, self._to) if self._to else row
        return url_of(type(target), target.pk)


class Number(Column):
    """A whole number, in groups of three digits."""

    def text(self, value: Any) -> str:
        return f"{value:,}"


class Money(Column):
    """A sum of fen, in yuan."""

    def text(self, value: Any) -> str:
        return format_yuan(value)


class Moment(Column):
    """An instant on the district's clock, to the minute."""

    def text(self, value: Any) -> str:
        return format_instant(value)


class Actor(Column):
    """Who did it, of an actor such as `user:7` or `till:3`; one query a row, so for a row's page."""

    def text(self, value: Any) -> str:
        return actor_texts([value])[value]


class Digest(Column):
    """Bytes in hexadecimal."""

    def text(self, value: Any) -> str:
        return bytes(value).hex()


class Choice(Column):
    """The label of a field with choices, such as a state."""

    def __init__(
        self, label: Text, path: str, tones: Mapping[str, str] | None = None, **options: Any
    ) -> None:
        *way, name = path.split("__")
        super().__init__(label, "__".join([*way, f"get_{name}_display"]), tones=tones, **options)

    def _value(self, row: Any) -> Any:
        display = super()._value(row)
        return display and display()


class Progress(Column):
    """How far long work has come: the names of the numbers of what is done and of all."""

    def __init__(self, label: Text, finished: str, total: str) -> None:
        super().__init__(
            label, lambda row: progress_bar(getattr(row, finished), getattr(row, total))
        )

    def text(self, value: Any) -> str:
        # Markup stays what it is.
        return value  # type: ignore[no-any-return]


def table(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    empty: str = "",
    note: str = "",
    more: Cell | None = None,
) -> Section:
    """A section of rows, all of which the person may see; `empty` says what their absence means."""
    return Section(
        title=title,
        headers=[str(column.short_description) for column in columns],
        rows=[[column.cell(row) for column in columns] for row in rows],
        empty=empty,
        note=note,
        more=more,
    )


def value_at(row: Model, path: str) -> Any:
    """What stands at the end of a path of attributes; None when a part of the way is missing."""
    value: Any = row
    for name in path.split("__"):
        if value is None:
            return None
        value = getattr(value, name)
    return value
