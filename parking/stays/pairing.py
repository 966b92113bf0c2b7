"""Which entry and which exit of a plate belong together, in whatever order they were reported. Knows no database.

The answer is a function of the passes alone, so duplicated, late and reordered reports all end in the same stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

# Two cameras, or one twice, read a car that drives through once.
SAME_PASS = timedelta(seconds=30)


@dataclass(frozen=True)
class GatePass:
    """A car read at a gate; `number` is that of its event."""

    number: int
    is_entry: bool
    at: datetime
    event_id: str


@dataclass
class PairedPasses:
    """A stay as the gates read it: each side is one pass, read once or more, or is missing."""

    entries: list[GatePass] = field(default_factory=list)
    exits: list[GatePass] = field(default_factory=list)
    # Nothing was read of the plate after it.
    is_last: bool = False

    @property
    def passes(self) -> list[GatePass]:
        return self.entries + self.exits


def pair_passes(passes: Iterable[GatePass]) -> list[PairedPasses]:
    """The stays of one plate in one car park, the earliest first. At one instant a car leaves before it enters."""
    pairs: list[PairedPasses] = []
    ordered = sorted(passes, key=lambda row: (row.at, row.is_entry, row.event_id, row.number))
    for read in ordered:
        latest = pairs[-1] if pairs else None
        if latest is not None and _is_same_pass(latest, read):
            (latest.entries if read.is_entry else latest.exits).append(read)
        elif read.is_entry:
            pairs.append(PairedPasses(entries=[read]))
        elif latest is not None and not latest.exits:
            latest.exits.append(read)
        else:
            pairs.append(PairedPasses(exits=[read]))
    if pairs:
        pairs[-1].is_last = True
    return pairs


def _is_same_pass(latest: PairedPasses, read: GatePass) -> bool:
    """Whether the car is still driving through the gate at which it was read last."""
    if read.is_entry:
        return not latest.exits and read.at - latest.entries[0].at <= SAME_PASS
    return bool(latest.exits) and read.at - latest.exits[0].at <= SAME_PASS
