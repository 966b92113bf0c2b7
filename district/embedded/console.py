"""What a person watching the demo reads."""

import contextlib
import sys
import time
from collections.abc import Sequence

from rich.cells import cell_len


class Console:
    """Lines of time, speaker and words, and small tables between them. A closed terminal is no reason to die."""

    def __init__(self) -> None:
        self._colour = sys.stdout.isatty()

    def tell(self, name: str, text: str) -> None:
        label = f"\033[36m{name:<9}\033[0m" if self._colour else f"{name:<9}"
        self._print(f"{time.strftime('%H:%M:%S')}  {label} {text}")

    def table(self, title: str, rows: Sequence[Sequence[str]]) -> None:
        widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell + " " * (width - cell_len(cell))
                for cell, width in zip(row, widths, strict=True)
            )
            for row in rows
        ]
        self._print("\n".join(["", f"  {title}", *(f"    {line.rstrip()}" for line in lines), ""]))

    def _print(self, text: str) -> None:
        with contextlib.suppress(OSError):
            print(text, flush=True)
