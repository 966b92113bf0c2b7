"""What every format is read into: for each member the events in the order they are posted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from loyalty.replay.errors import UnreadableData


@dataclass(frozen=True, slots=True)
class Receipt:
    """A member paid at a store; worth posting even when it brings no point."""

    number: str
    store: int
    at: datetime
    paid_fen: int

    @property
    def reference(self) -> str:
        """The number the till gives it, unique within the data set."""
        return self.number


@dataclass(frozen=True, slots=True)
class Spending:
    """After a receipt the member spends a share of the balance at another store.

    How much that is shows only when it happens: the balance, divided and rounded down.
    """

    number: str
    store: int
    at: datetime
    divisor: int

    @property
    def reference(self) -> str:
        """The number the till gives it; the letter keeps it apart from the receipt's own."""
        return f"s-{self.number}"


Event = Receipt | Spending


@dataclass(frozen=True)
class DataSet:
    """One format's events by member, all of them or the members with the smallest numbers."""

    format: str
    journeys: Mapping[int, Sequence[Event]]

    @property
    def events(self) -> Iterator[Event]:
        return (event for journey in self.journeys.values() for event in journey)

    @property
    def stores(self) -> list[int]:
        return sorted({event.store for event in self.events})

    @property
    def first_instant(self) -> datetime:
        return min(event.at for event in self.events)

    @property
    def last_instant(self) -> datetime:
        return max(event.at for event in self.events)

    def of_the_first(self, households: int | None) -> "DataSet":
        """The same data set cut to the members with the smallest numbers.

        Raises UnreadableData when there are not that many.
        """
        if households is None:
            return self
        if not 1 <= households <= len(self.journeys):
            raise UnreadableData(
                _("--households 须在 1 至 {most} 之间，而不是 {asked}。").format(
                    most=len(self.journeys), asked=households
                )
            )
        chosen = sorted(self.journeys)[:households]
        return DataSet(self.format, {member: self.journeys[member] for member in chosen})
