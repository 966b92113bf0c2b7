"""What earning, spending and undoing come to: the same plain values for the first call of a key and for
those that repeat it."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.models import EarningReview, Receipt, Transfer


@dataclass(frozen=True, slots=True)
class TransferResult:
    """A line of the ledger, in points; `reverses` is the public id of the line it undoes.

    `available_after` is the member's balance after the act with all that followed from it: debts repaid,
    dead points ended, the rest of a hold released.
    """

    pk: int
    public_id: str
    kind: str
    points: int
    available_after: int
    reverses: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewResult:
    """Points above the ceilings `exceeds` that wait, or waited, for a person."""

    state: str
    points: int
    exceeds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReceiptResult:
    """A posted receipt and what it earned, in points; store and member by their public ids.

    `transfer` is None for a receipt worth no points; `review` where nothing of it waits for a person.
    """

    pk: int
    store: str
    member: str
    receipt_no: str
    paid_fen: int
    paid_at: datetime
    points: int
    repaid: int
    transfer: TransferResult | None
    review: ReviewResult | None


def transfer_result(transfer: Transfer, available_after: int | None = None) -> TransferResult:
    """A stored line; with `available_after` where other lines of the same act followed it."""
    return TransferResult(
        pk=transfer.pk,
        public_id=transfer.public_id,
        kind=transfer.kind,
        points=transfer.points,
        available_after=transfer.available_after if available_after is None else available_after,
        reverses=transfer.reverses.public_id if transfer.reverses else None,
        at=transfer.at,
    )


def review_result(review: EarningReview) -> ReviewResult:
    return ReviewResult(state=review.state, points=review.points, exceeds=tuple(review.exceeds))


def receipt_result(receipt: Receipt, available_after: int | None) -> ReceiptResult:
    """A stored receipt of `queries.receipts`."""
    review = getattr(receipt, "review", None)
    return ReceiptResult(
        pk=receipt.pk,
        store=receipt.store.public_id,
        member=receipt.account.member.public_id,
        receipt_no=receipt.receipt_no,
        paid_fen=receipt.paid_fen,
        paid_at=receipt.paid_at,
        points=receipt.granted,
        repaid=receipt.repaid,
        transfer=transfer_result(receipt.transfer, available_after) if receipt.transfer else None,
        review=review_result(review) if review else None,
    )
