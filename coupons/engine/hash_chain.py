"""The log of a till without a network: numbered without gaps, each entry sealing all before it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class TerminalEntry:
    """A line of the log, as the till wrote it; `kit` is the one it was online with last, `scanned_at`
    the text of an instant, amounts are fen, lines are (fen, product). `outcome` is `redeemed` or why not."""

    seq: int
    kit: str
    scanned_at: str
    code: str
    bill_no: str
    bill_fen: int
    lines: tuple[tuple[int, str], ...]
    discount_fen: int
    outcome: str


def hash_of(before: str, entry: TerminalEntry) -> str:
    """SHA-256 in hex over the hash before and the entry's values, each on a line of its own."""
    fields = [
        before,
        str(entry.seq),
        entry.kit,
        entry.scanned_at,
        entry.code,
        entry.bill_no,
        str(entry.bill_fen),
        _lines(entry.lines),
        str(entry.discount_fen),
        entry.outcome,
    ]
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()


def _lines(lines: Sequence[tuple[int, str]]) -> str:
    return ";".join(f"{fen}:{product}" for fen, product in lines)
