"""The events of members."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MemberAbsorbed:
    """Two members turned out to be one person: what belonged to `source` is `into`'s from now on."""

    source: int
    into: int
