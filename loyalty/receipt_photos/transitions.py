"""What the verbs do to rows that they hold locked: open a conflict, close a photograph."""

from dataclasses import replace
from datetime import datetime

from loyalty.models import Receipt
from loyalty.receipt_photos.errors import PhotoDecided
from loyalty.receipt_photos.models import ReceiptConflict, ReceiptPhoto
from loyalty.values import ReportedPurchase


def lock_photo(pk: int) -> ReceiptPhoto:
    """The photograph's row, held until this transaction ends."""
    rows = ReceiptPhoto.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("store__merchant", "member").get(pk=pk)


def lock_submitted(pk: int) -> ReceiptPhoto:
    """A photograph nobody has decided on. Raises PhotoDecided."""
    row = lock_photo(pk)
    if row.state != ReceiptPhoto.State.SUBMITTED:
        raise PhotoDecided(state=row.state)
    return row


def close_photo(
    photo: ReceiptPhoto,
    state: str,
    *,
    by: str,
    at: datetime,
    receipt: int | None = None,
    reason: str = "",
    note: str = "",
) -> ReceiptPhoto:
    """What became of it. The row's trigger lets this happen once."""
    photo.state, photo.receipt_id, photo.reason, photo.note = state, receipt, reason, note
    photo.decided_by, photo.decided_at = by, at
    photo.save(update_fields=["state", "receipt", "reason", "note", "decided_by", "decided_at"])
    return photo


def open_conflict(
    photo: ReceiptPhoto, *, purchase: ReportedPurchase, earlier: Receipt, reason: str, at: datetime
) -> ReceiptConflict:
    """The photograph waits for a person who looks at both bills."""
    photo.state = ReceiptPhoto.State.CONFLICTING
    photo.save(update_fields=["state"])
    conflict = build_conflict(photo.member_id, purchase, earlier, reason, at=at)
    conflict.photo, conflict.reported_at = photo, photo.at
    conflict.actor = f"member:{photo.member_id}"
    conflict.save()
    return conflict


def build_conflict(
    member: int, purchase: ReportedPurchase, earlier: Receipt, reason: str, *, at: datetime
) -> ReceiptConflict:
    """A conflict that is not written yet."""
    return ReceiptConflict(
        merchant_id=earlier.merchant_id,
        store_id=earlier.store_id,
        reason=reason,
        earlier=earlier,
        member_id=member,
        receipt_no=purchase.receipt_no,
        paid_fen=purchase.paid_fen,
        paid_at=purchase.paid_at,
        source=purchase.source,
        reported_at=at,
        at=at,
    )


def reported_purchase_of(photo: ReceiptPhoto) -> ReportedPurchase:
    """The bill as the member reported it."""
    return ReportedPurchase(
        receipt_no=photo.receipt_no,
        paid_fen=photo.paid_fen,
        paid_at=photo.paid_at,
        source=Receipt.Source.PHOTO,
        reported_at=photo.at,
    )


def as_read_by_clerk(photo: ReceiptPhoto, purchase: ReportedPurchase) -> ReportedPurchase:
    """The bill as a clerk read it from the picture, reported when the member sent it."""
    return replace(purchase, source=Receipt.Source.PHOTO, reported_at=photo.at, distinct_as="")
