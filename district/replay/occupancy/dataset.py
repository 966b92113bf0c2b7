"""What the Birmingham data say: how many cars stood in which car park when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from django.utils.translation import gettext as _

from district.replay.errors import UnreadableData
from district.replay.receipts.tables import find_table, read_rows, shanghai_time

NAME = "occupancy"
_LONGEST_NAME = 80
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class OccupancyRow:
    """A count of a car park; `written` is its instant as it stands in the file."""

    car_park: str
    capacity: int
    occupied: int
    at: datetime
    written: str


@dataclass(frozen=True)
class OccupancyData:
    """The rows in the order in which they are posted: by instant, then car park, then place in the file."""

    rows: tuple[OccupancyRow, ...]

    @property
    def capacities(self) -> dict[str, int]:
        """The bays of each car park: those of its first count."""
        found: dict[str, int] = {}
        for row in self.rows:
            found.setdefault(row.car_park, row.capacity)
        return found

    def by_instant(self) -> Iterator[tuple[datetime, list[OccupancyRow]]]:
        for at, rows in groupby(self.rows, key=lambda row: row.at):
            yield at, list(rows)


def read(path: Path) -> OccupancyData:
    """The data set in a folder or file. Raises UnreadableData."""
    if not path.exists():
        raise UnreadableData(_("找不到 {path}。").format(path=path))
    table = find_table(path, "occupancy")
    if table is None:
        raise UnreadableData(_("{path} 中没有 occupancy.csv(.gz)。").format(path=path))
    columns = ("car_park", "capacity", "occupancy", "last_updated")
    rows = sorted(read_rows(table, columns, _row), key=lambda row: (row.at, row.car_park))
    if not rows:
        raise UnreadableData(_("{path} 中没有读数。").format(path=path))
    return OccupancyData(tuple(rows))


def _row(cells: list[str]) -> OccupancyRow:
    """Raises ValueError."""
    car_park, capacity, occupied, written = cells
    if not 1 <= len(car_park) <= _LONGEST_NAME:
        raise ValueError(_("停车场名称有误：{text}").format(text=car_park[:_LONGEST_NAME]))
    return OccupancyRow(
        car_park, _count(capacity), _count(occupied), shanghai_time(written), written
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_MOST)) or int(text) > _MOST:
        raise ValueError(_("数量有误：{text}").format(text=text[:20]))
    return int(text)
