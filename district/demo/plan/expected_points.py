"""A member's expected points: what the ledger will hold once every posting of the plan is made."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class ExpectedLot:
    """Points of one receipt."""

    points: int
    expires_at: datetime
    issuer: int
    left: int


@dataclass
class ExpectedPoints:
    """Spends the oldest first, and loses what is past its day, by plain lists instead of the ledger's tables."""

    lots: list[ExpectedLot] = field(default_factory=list)
    earned: int = 0
    spent: int = 0
    expired: int = 0

    def balance(self, at: datetime) -> int:
        self._expire_lots(at)
        return sum(lot.left for lot in self.lots)

    def earn(self, points: int, expires_at: datetime, issuer: int) -> ExpectedLot:
        lot = ExpectedLot(points, expires_at, issuer, points)
        if points:
            self.lots.append(lot)
            # Stable: of two that end together the earlier one is the older.
            self.lots.sort(key=lambda held: held.expires_at)
        self.earned += points
        return lot

    def spend(self, points: int, at: datetime) -> list[tuple[ExpectedLot, int]]:
        """What was taken from which lots; the caller has looked at the balance."""
        self._expire_lots(at)
        taken = []
        self.spent += points
        for lot in self.lots:
            part = min(points, lot.left)
            if part:
                lot.left -= part
                points -= part
                taken.append((lot, part))
        return taken

    def undo_spending(self, taken: list[tuple[ExpectedLot, int]]) -> None:
        """A spending is undone: the points return to their lots."""
        for lot, part in taken:
            lot.left += part
            self.spent -= part

    def undo_earning(self, lot: ExpectedLot, at: datetime) -> bool:
        """An earning is undone, if its points are all still there."""
        self._expire_lots(at)
        if lot.left < lot.points or lot not in self.lots:
            return False
        self.lots.remove(lot)
        self.earned -= lot.points
        return True

    def _expire_lots(self, at: datetime) -> None:
        for lot in self.lots:
            if lot.expires_at <= at:
                self.expired += lot.left
                lot.left = 0
        self.lots = [lot for lot in self.lots if lot.expires_at > at]
