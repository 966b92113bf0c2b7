"""What every format is read into: for each member the events in the order they are posted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.translation import gettext as _

from district.replay.errors import UnreadableData


@dataclass(frozen=True, slots=True)
class ReceiptEvent:
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
class SpendingEvent:
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


@dataclass(frozen=True, slots=True)
class RefundEvent:
    """The store of a purchase gives money of it back; a cancellation may refund several purchases."""

    number: str
    store: int
    at: datetime
    receipt: str
    fen: int

    @property
    def reference(self) -> str:
        """The number the till gives it: the cancellation's, and which purchase it is about."""
        return f"C{self.number}/{self.receipt}"


Event = ReceiptEvent | SpendingEvent | RefundEvent


@dataclass(frozen=True)
class DataSet:
    """One format's events by member, all of them or the members with the smallest numbers.

    A format with refunds also counts what never reaches a till: what it left out of the whole file,
    and what of each member's returns belongs to no purchase.
    """

    format: str
    journeys: Mapping[int, Sequence[Event]]
    left_out: Mapping[str, int] = field(default_factory=dict)
    parked: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    @property
    def has_refunds(self) -> bool:
        return bool(self.parked)

    @property
    def left_out_counts(self) -> dict[str, int]:
        """The counts of what no till reported, by the contract's names."""
        counts = Counter[str]()
        for parked in self.parked.values():
            counts.update(parked)
        return {**counts, **self.left_out}

    @property
    def events(self) -> Iterator[Event]:
        return (event for journey in self.journeys.values() for event in journey)

    @property
    def stores(self) -> list[int]:
        return sorted({event.store for event in self.events})

    @property
    def last_instant(self) -> datetime | None:
        """Of the last event; none when nothing of these members reaches a till."""
        return max((event.at for event in self.events), default=None)

    def of_the_first(self, households: int | None) -> "DataSet":
        """The same data set cut to the members with the smallest numbers.

        Raises UnreadableData when there are not that many.
        """
        if households is None:
            return self
        if not 1 <= households <= len(self.journeys):
            raise UnreadableData(
                _("--households 须在 1 至 {most} 之间，而不是 {households}。").format(
                    most=len(self.journeys), households=households
                )
            )
        chosen = sorted(self.journeys)[:households]
        return replace(
            self,
            journeys={member: self.journeys[member] for member in chosen},
            parked={member: self.parked[member] for member in chosen if member in self.parked},
        )
