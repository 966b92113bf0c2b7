"""The events of umbrellas."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UmbrellaLent:
    """A member left the store with an umbrella."""

    loan: str
    member: int
