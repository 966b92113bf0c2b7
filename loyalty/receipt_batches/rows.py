"""Reads one row with the very fields of the single endpoints, so that both refuse alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field, SkipField, empty
from rest_framework.serializers import Serializer

from district.kernel.http import problems
from district.kernel.http.api import cached_serializer
from district.kernel.http.parsers import NotJson, parse_json
from district.kernel.text.csv_files import CsvError, cells_of, named, names_of, separator_of
from loyalty.api.schemas import ReceiptIn
from loyalty.api.schemas_refunds import RefundIn
from loyalty.receipt_batches.batch_limits import LONGEST_ROW
from loyalty.receipt_batches.models import Batch, RowResult

Kind = RowResult.Kind
ROW_SCHEMAS: dict[str, type[Serializer]] = {Kind.RECEIPT: ReceiptIn, Kind.REFUND: RefundIn}
# Without these columns no row of either kind could be right.
REQUIRED_COLUMNS = {
    kind: [name for name, field in cached_serializer(form).fields.items() if field.required]
    for kind, form in ROW_SCHEMAS.items()
}
# Their values come again and again in a file.
_RECURRING = frozenset({"store", "member", "receipt_store"})
_NUMBERS = {Kind.RECEIPT: "receipt_no", Kind.REFUND: "refund_no"}
_LONGEST_NUMBER = 64
_LONGEST_INTEGER = 18


class UnreadableRow(Exception):
    """A row that is not of the form asked for, as the problem to answer it with."""

    def __init__(self, problem: dict[str, Any], *, kind: str = "", number: str = "") -> None:
        super().__init__(problem["code"])
        self.problem = problem
        self.kind = kind
        self.number = number


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row of the right form: its line, what it is, and its values."""

    line: int
    kind: str
    values: dict[str, Any]

    @property
    def number(self) -> str:
        """The number on paper that names it."""
        return str(self.values[_NUMBERS[Kind(self.kind)]])


def missing_columns(columns: Sequence[str]) -> list[str]:
    """What a CSV's first line lacks to hold receipts, or refunds; nothing when it can hold either."""
    names = [name for name in columns if name]
    if len(set(names)) < len(names):
        return REQUIRED_COLUMNS[Kind.RECEIPT]
    lacking = {
        kind: [name for name in names if name not in columns]
        for kind, names in REQUIRED_COLUMNS.items()
    }
    if "kind" in columns and not lacking[Kind.REFUND]:
        return []
    return lacking[Kind.RECEIPT]


def columns_of(line: bytes) -> tuple[list[str], str]:
    """The names in a CSV's first line, and what separates them; none for what is not CSV in UTF-8."""
    try:
        text = line.decode("utf-8")
        separator = separator_of(text)
        return names_of(cells_of(text, separator)), separator
    except (UnicodeDecodeError, CsvError):
        return [], ","


class RowReader:
    """Reads the rows of one upload; what it has checked once it need not check again."""

    def __init__(self, format: str, columns: Sequence[str] | None, separator: str = ",") -> None:
        self._values: Callable[[bytes], dict[str, Any]]
        self._values = self._of_csv if format == Batch.Format.CSV else _of_json
        self._columns, self._separator = list(columns or ()), separator
        self._known: dict[tuple[str, str], str] = {}

    def read(self, line: int, content: bytes) -> ParsedRow:
        """The row in a line. Raises UnreadableRow with the problem the single endpoint would answer."""
        if len(content) > LONGEST_ROW:
            detail = _("一行最多 {most} 字节。").format(most=LONGEST_ROW)
            raise UnreadableRow(problems.document_of_status(400, detail))
        content_values = self._values(content)
        kind = content_values.get("kind", Kind.RECEIPT.value)
        if not isinstance(kind, str) or kind not in ROW_SCHEMAS:
            wrong = {"kind": [_("须是 receipt 或 refund。")]}
            raise UnreadableRow(problems.document_of_invalid(ValidationError(wrong).detail))
        return ParsedRow(line, kind, self._checked(kind, content_values))

    def _checked(self, kind: str, content_values: Mapping[str, Any]) -> dict[str, Any]:
        checked: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, field in cached_serializer(ROW_SCHEMAS[kind]).fields.items():
            try:
                checked[name] = self._value(name, field, content_values.get(name, empty))
            except ValidationError as wrong:
                errors[name] = wrong.detail
            except SkipField:
                pass
        if errors:
            number = content_values.get(_NUMBERS[Kind(kind)])
            printable_number = number if isinstance(number, str) and number.isprintable() else ""
            problem = problems.document_of_invalid(errors)
            raise UnreadableRow(problem, kind=kind, number=printable_number[:_LONGEST_NUMBER])
        return checked

    def _value(self, name: str, field: Field, value: Any) -> Any:
        if name not in _RECURRING or not isinstance(value, str):
            return field.run_validation(value)
        if (name, value) not in self._known:
            self._known[name, value] = field.run_validation(value)
        return value

    def _of_csv(self, content: bytes) -> dict[str, Any]:
        try:
            cells = cells_of(content.decode("utf-8"), self._separator)
            # An empty cell is a value that is not there.
            content_values = named(self._columns, cells)
        except UnicodeDecodeError:
            detail = _("这一行不是有效的 CSV（UTF-8）。")
            raise UnreadableRow(problems.document_of_status(400, detail)) from None
        except CsvError as wrong:
            raise UnreadableRow(problems.document_of_status(400, str(wrong))) from None
        return {name: _typed(name, cell) for name, cell in content_values.items()}


def _typed(name: str, cell: str) -> Any:
    """A cell as JSON would have it: money in fen is a number there."""
    if not name.endswith("fen") or len(cell) > _LONGEST_INTEGER or not cell.isascii():
        return cell
    return int(cell) if cell.removeprefix("-").isdigit() else cell


def _of_json(content: bytes) -> dict[str, Any]:
    try:
        content_values = parse_json(content)
    except NotJson as wrong:
        raise UnreadableRow(problems.document_of_status(400, str(wrong.detail))) from None
    if not isinstance(content_values, dict):
        raise UnreadableRow(problems.document_of_status(400, _("一行须是一个 JSON 对象。")))
    return content_values
