"""What documents of tariffs have beside what any document has: short names, times of the day."""

import re
from typing import Final

from district.documents.reader import ObjectReader

_CLOCK_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)
_LONGEST_NAME: Final = 20


class TariffReader(ObjectReader):
    """One object of a tariff's document."""

    def name(self, key: str) -> str:
        value = self.required(key)
        if (
            isinstance(value, str)
            and 0 < len(value) <= _LONGEST_NAME
            and value.isprintable()
            and value == value.strip()
            and "/" not in value
        ):
            return value
        if value is not None:
            self.refuse(key, "not_a_name", f"1–{_LONGEST_NAME}")
        return "?"

    def clock_time(self, key: str) -> int:
        """Minutes since midnight; 24:00 is 1440."""
        value = self.required(key)
        if isinstance(value, str) and _CLOCK_TIME.fullmatch(value):
            hours, _, minutes = value.partition(":")
            return int(hours) * 60 + int(minutes)
        if value is not None:
            self.refuse(key, "not_a_time", "00:00–24:00")
        return 0
