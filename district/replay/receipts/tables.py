"""Reads the rows of a CSV file, plain or gzipped, and reports in one sentence where it is broken."""

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Protocol, TextIO, TypeVar

from django.utils.translation import gettext as _

from district.kernel.clock import SHANGHAI
from district.kernel.text.csv_files import CsvError, CsvReader
from district.replay.errors import UnreadableData

Row = TypeVar("Row")


class BasketLine(Protocol):
    """A line of a basket, which also says whose and where that is; the first one becomes the basket."""

    number: int
    household: int
    store: int
    at: datetime


Basket = TypeVar("Basket", bound=BasketLine)

LONGEST, DIGITS = 24, 12


def find_table(path: Path, stem: str) -> Path | None:
    """The table below a folder, or the file itself, plain or gzipped; nothing if it is not there."""
    names = [f"{stem}.csv.gz", f"{stem}.csv"]
    if path.is_file():
        return path if path.name in names else None
    return next((path / name for name in names if (path / name).is_file()), None)


def read_rows(
    table: Path, columns: Sequence[str], parse: Callable[[list[str]], Row]
) -> Iterator[Row]:
    """What `parse` makes of the named columns of each row.

    Raises UnreadableData with the number of the line that could not be read.
    """
    rows = CsvReader([])
    try:
        with _opened(table) as lines:
            rows = CsvReader(lines)
            header = next(rows, [])
            if missing := [column for column in columns if column not in header]:
                raise ValueError(_("缺少列 {names}").format(names="、".join(missing)))
            places = [header.index(column) for column in columns]
            for row in rows:
                if len(row) != len(header):
                    raise ValueError(_("列数与表头不符"))
                yield parse([row[place] for place in places])
    except (OSError, EOFError, zlib.error, CsvError, ValueError) as trouble:
        raise UnreadableData(
            _("无法读取 {table} 第 {number} 行：{trouble}。").format(
                table=table, number=rows.line, trouble=str(trouble).rstrip("。.")
            )
        ) from trouble


def _opened(table: Path) -> TextIO:
    if table.suffix == ".gz":
        return gzip.open(table, "rt", encoding="utf-8", newline="")
    return table.open(encoding="utf-8", newline="")


def shanghai_time(text: str) -> datetime:
    """A time written without zone, read as Shanghai's."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is not None:
        raise ValueError(_("时间不应带时区：{text}").format(text=text))
    return at.replace(tzinfo=SHANGHAI)


def amount(text: str) -> Decimal:
    """An amount of a size that can be money, exactly as written."""
    try:
        read = Decimal(text)
    except InvalidOperation:
        read = Decimal("NaN")
    # Without bounds a few characters could stand for a number no memory holds.
    if not read.is_finite() or len(text) > LONGEST or abs(read.adjusted()) > DIGITS:
        raise ValueError(_("金额有误：{text}").format(text=text))
    return read


def hundredths(text: str) -> int:
    """An amount with at most two decimals as whole hundredths."""
    read = amount(text) * 100
    if read != read.to_integral_value():
        raise ValueError(_("金额有误：{text}").format(text=text))
    return int(read)


def join_lines(
    lines: Iterable[Basket], add: Callable[[Basket, Basket], object]
) -> dict[int, Basket]:
    """The baskets by number, at the instant of their first line; `add(basket, line)` adds what a line holds.

    Raises UnreadableData for a basket of two households or stores.
    """
    baskets: dict[int, Basket] = {}
    for line in lines:
        basket = baskets.setdefault(line.number, line)
        if basket is line:
            continue
        if (line.household, line.store) != (basket.household, basket.store):
            raise UnreadableData(
                _("购物篮 {number} 分属两个家庭或两家门店。").format(number=line.number)
            )
        add(basket, line)
        basket.at = min(basket.at, line.at)
    return baskets
