"""What complaints tell the apps above; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseActed:
    """An event of a case was written. `action`, `from_state` and `to_state` are the machine's words."""

    case: int
    seq: int
    action: str
    from_state: str
    to_state: str


@dataclass(frozen=True, slots=True)
class CaseNoticeDue:
    """A side is to hear of a reminder or a breach: the number of the `CaseNotice`."""

    notice: int
