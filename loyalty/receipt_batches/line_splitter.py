"""Pure: cuts a stream of bytes, whatever its pieces, into numbered lines."""

from collections.abc import Iterator
from dataclasses import dataclass

from loyalty.receipt_batches.batch_limits import LONGEST_ROW

_BOM = b"\xef\xbb\xbf"
# One byte more than is allowed says that a line is too long, however long it really is.
_KEPT = LONGEST_ROW + 1


@dataclass
class LineSplitter:
    """What stands between two pieces: the number of the last complete line, and what follows it.

    A letter that two pieces share is no matter: bytes are cut at line feeds, and read as text later.
    """

    lines: int = 0
    tail: bytes = b""

    def cut(self, piece: bytes) -> Iterator[tuple[int, bytes]]:
        """The lines that the piece completes, blank ones left out, with their numbers from 1."""
        first, *rest = piece.split(b"\n")
        self.tail = (self.tail + first)[: _KEPT + len(_BOM)]
        for part in rest:
            yield from self.finish()
            self.tail = part[:_KEPT]

    def finish(self) -> Iterator[tuple[int, bytes]]:
        """The line that nothing follows any more."""
        self.lines += 1
        line = self.tail.removesuffix(b"\r")
        self.tail = b""
        if self.lines == 1:
            line = line.removeprefix(_BOM)
        if line.strip():
            yield self.lines, line[:_KEPT]
