"""Which earlier purchases a cancellation gives back: the data do not say, the replay's rules do."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(slots=True)
class InvoiceLine:
    """Pieces of one product on a bill; of a purchase's line some may be unreturned."""

    product: str
    pieces: int
    price: Decimal
    unreturned: int = 0

    def fen(self, pieces: int) -> int:
        """What so many of its pieces cost, in fen, rounded half up."""
        over, under = self.price.as_integer_ratio()
        return (2 * 100 * pieces * over + under) // (2 * under)


@dataclass(slots=True)
class Invoice:
    """A purchase or a cancellation, with its lines in file order; pieces are counted positive."""

    number: int
    cancels: bool
    member: int
    at: datetime
    lines: list[InvoiceLine] = field(default_factory=list)
    refunded_fen: int = 0

    @property
    def paid_fen(self) -> int:
        return sum(line.fen(line.pieces) for line in self.lines)


class UnreturnedPurchases:
    """One member's purchases so far, and what of them was not yet given back."""

    def __init__(self) -> None:
        self._bought: list[Invoice] = []
        # What found no purchase, or no money left to refund, waits for nobody: it is only counted.
        self.parked: Counter[str] = Counter(parked_quantity=0, parked_fen=0)

    def __len__(self) -> int:
        return len(self._bought)

    def add(self, purchase: Invoice) -> None:
        for line in purchase.lines:
            line.unreturned = line.pieces
        self._bought.append(purchase)

    def give_back(self, cancellation: Invoice) -> Iterator[tuple[Invoice, int]]:
        """The purchases a cancellation refunds, in their own order, and the fen of each, above 0.

        A refund is cut to what is left of the payment; what was cut off is parked as money only.
        """
        requested_fen = [0] * len(self._bought)
        for line in cancellation.lines:
            left = line.pieces
            for turn, pieces in self._take(line.product, left):
                requested_fen[turn] += line.fen(pieces)
                left -= pieces
            self.parked.update(parked_quantity=left, parked_fen=line.fen(left))
        for purchase, fen in zip(self._bought, requested_fen, strict=True):
            refundable_fen = min(fen, purchase.paid_fen - purchase.refunded_fen)
            self.parked.update(parked_fen=fen - refundable_fen)
            purchase.refunded_fen += refundable_fen
            if refundable_fen:
                yield purchase, refundable_fen

    def _take(self, product: str, pieces: int) -> Iterator[tuple[int, int]]:
        """Unreturned pieces of a product: the latest purchase first, in it the last line first."""
        for turn in reversed(range(len(self._bought))):
            for line in reversed(self._bought[turn].lines):
                taken = min(pieces, line.unreturned) if line.product == product else 0
                if taken:
                    line.unreturned -= taken
                    pieces -= taken
                    yield turn, taken
