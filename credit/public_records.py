"""A file of public records, as 信用中国 publishes them, read row by row; knows no database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from credit.score.values import PenaltyLevel
from district.kernel.text import csv_files

MOST_BYTES: Final = 5 * 2**20
COLUMNS: Final = {
    "统一社会信用代码": "uscc",
    "文号": "number",
    "等级": "level",
    "认定日期": "determined_on",
    "认定机关": "authority",
    "事由": "title",
    "状态": "state",
    "修复日期": "repaired_on",
}
_OPTIONAL: Final = {"repaired_on"}
_LEVELS: Final = {
    "轻微": PenaltyLevel.MINOR,
    "一般": PenaltyLevel.GENERAL,
    "严重": PenaltyLevel.SERIOUS,
}
_STATES: Final = {"公示中": "displayed", "已修复": "repaired", "已停止公示": "withdrawn"}
_LONGEST: Final = {"number": 80, "authority": 80, "title": 200}


class RecordFileUnreadable(Exception):
    """No such file; the message is for people."""


class RecordRowProblem(Exception):
    """What is wrong with one row; the message is for people."""


@dataclass(frozen=True, slots=True)
class PublicRecord:
    """One row: a record of the business with this 统一社会信用代码."""

    uscc: str
    number: str
    level: PenaltyLevel
    determined_on: date
    authority: str
    title: str
    state: str
    repaired_on: date | None


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A line of the file with its record, or with what is wrong with it."""

    line: int
    number: str
    record: PublicRecord | None
    problem: str = ""


def read_records(content: bytes) -> Iterator[RecordRow]:
    """Every row that holds something. Raises RecordFileUnreadable."""
    if len(content) > MOST_BYTES:
        raise RecordFileUnreadable(f"文件最大 {MOST_BYTES // 2**20} MB")
    try:
        text = content.removeprefix(csv_files.MARK).decode()
    except UnicodeDecodeError:
        raise RecordFileUnreadable(str(csv_files.NOT_UTF8)) from None
    lines = text.splitlines(keepends=True)
    separator = csv_files.separator_of(lines[0]) if lines else ","
    reader = csv_files.CsvReader(lines, separator)
    names = _header(reader)
    while True:
        try:
            cells = next(reader)
            values = csv_files.named(names, cells)
        except StopIteration:
            return
        except csv_files.CsvError as error:
            yield RecordRow(reader.line, "", None, str(error))
            continue
        if values:
            yield _row(reader.line, values)


def _header(reader: csv_files.CsvReader) -> list[str]:
    try:
        cells = next(reader, [])
    except csv_files.CsvError as error:
        raise RecordFileUnreadable(str(error)) from None
    names = csv_files.names_of(cells)
    missing = [
        name for name, column in COLUMNS.items() if name not in names and column not in _OPTIONAL
    ]
    if missing:
        raise RecordFileUnreadable(f"缺少列：{'、'.join(missing)}")
    return names


def _row(line: int, values: dict[str, str]) -> RecordRow:
    cells = {column: values.get(name, "").strip() for name, column in COLUMNS.items()}
    try:
        return RecordRow(line, cells["number"], _record(cells))
    except RecordRowProblem as problem:
        return RecordRow(line, cells["number"][:80], None, str(problem))


def _record(cells: dict[str, str]) -> PublicRecord:
    names = {column: name for name, column in COLUMNS.items()}
    for column in COLUMNS.values():
        if not cells[column] and column not in _OPTIONAL:
            raise RecordRowProblem(f"“{names[column]}”为空")
    for column, longest in _LONGEST.items():
        if len(cells[column]) > longest:
            raise RecordRowProblem(f"“{names[column]}”最长 {longest} 字")
    if any("\x00" in cell for cell in cells.values()):
        raise RecordRowProblem("含有不能保存的字符")
    if cells["level"] not in _LEVELS:
        raise RecordRowProblem("等级须为轻微、一般或严重")
    if cells["state"] not in _STATES:
        raise RecordRowProblem("状态须为公示中、已修复或已停止公示")
    state = _STATES[cells["state"]]
    if (state == "repaired") != bool(cells["repaired_on"]):
        raise RecordRowProblem("已修复的记录须有修复日期，其他记录不得有")
    return PublicRecord(
        uscc=cells["uscc"].upper(),
        number=cells["number"],
        level=_LEVELS[cells["level"]],
        determined_on=_day(cells["determined_on"]),
        authority=cells["authority"],
        title=cells["title"],
        state=state,
        repaired_on=_day(cells["repaired_on"]) if cells["repaired_on"] else None,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise RecordRowProblem(f"日期“{text[:20]}”须为 2026-01-31 的形式") from None
