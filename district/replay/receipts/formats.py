"""The formats that can be replayed, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from district.replay.errors import UnreadableData
from district.replay.receipts import completejourney, online_retail
from district.replay.receipts.dataset import DataSet
from district.replay.receipts.tables import find_table


@dataclass(frozen=True)
class DataSetFormat:
    """How a data set is recognised and read."""

    name: str
    table: str
    read: Callable[[Path], DataSet]


FORMATS = {
    module.NAME: DataSetFormat(module.NAME, module.TABLE, module.read)
    for module in (completejourney, online_retail)
}


def recognise(path: Path, name: str | None) -> tuple[DataSetFormat, Path]:
    """The format asked for, or the one whose table lies there, with the table's file.

    Raises UnreadableData.
    """
    if name is not None and name not in FORMATS:
        raise UnreadableData(
            _("不认识的格式 {name}，可用：{known}。").format(name=name, known="、".join(FORMATS))
        )
    if not path.exists():
        raise UnreadableData(_("找不到 {path}。").format(path=path))
    for candidate in FORMATS.values() if name is None else [FORMATS[name]]:
        if table := find_table(path, candidate.table):
            return candidate, table
    wanted = "、".join(f"{known.table}.csv(.gz)" for known in FORMATS.values())
    raise UnreadableData(_("{path} 中没有 {wanted}。").format(path=path, wanted=wanted))
