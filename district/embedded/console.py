"""What a person watching the demo reads."""

import contextlib
import sys
import time
import unicodedata
from collections.abc import Sequence


class Console:
    """Lines of time, speaker and words, and small tables between them. A closed terminal is no reason to die."""

    def __init__(self) -> None:
        self._colour = sys.stdout.isatty()

    def tell(self, name: str, text: str) -> None:
        label = f"\033[36m{name:<9}\033[0m" if self._colour else f"{name:<9}"
        self._print(f"{time.strftime('%H:%M:%S')}  {label} {text}")

    def table(self, title: str, rows: Sequence[Sequence[str]]) -> None:
        widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell + " " * (width - columns_of(cell))
                for cell, width in zip(row, widths, strict=True)
            )
            for row in rows
        ]
        self._print("\n".join(["", f"  {title}", *(f"    {line.rstrip()}" for line in lines), ""]))

    def _print(self, text: str) -> None:
        with contextlib.suppress(OSError):
            print(text, flush=True)


def columns_of(text: str) -> int:
    """How wide a terminal shows it: Chinese characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
