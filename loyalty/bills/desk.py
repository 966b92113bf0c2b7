"""What the verbs do to rows that they hold locked: open a conflict, close a photograph."""

from dataclasses import replace
from datetime import datetime

from loyalty.bills.errors import PhotoDecided
from loyalty.bills.models import BillConflict, BillPhoto
from loyalty.ledger import Bill
from loyalty.models import Receipt


def lock_photo(pk: int) -> BillPhoto:
    """The photograph's row, held until this transaction ends."""
    rows = BillPhoto.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("store__merchant", "member").get(pk=pk)


def lock_submitted(pk: int) -> BillPhoto:
    """A photograph nobody has decided on. Raises PhotoDecided."""
    row = lock_photo(pk)
    if row.state != BillPhoto.State.SUBMITTED:
        raise PhotoDecided(state=row.state)
    return row


def close(
    photo: BillPhoto,
    state: str,
    *,
    by: str,
    at: datetime,
    receipt: Receipt | None = None,
    reason: str = "",
    note: str = "",
) -> BillPhoto:
    """What became of it. The row's trigger lets this happen once."""
    photo.state, photo.receipt, photo.reason, photo.note = state, receipt, reason, note
    photo.decided_by, photo.decided_at = by, at
    photo.save(update_fields=["state", "receipt", "reason", "note", "decided_by", "decided_at"])
    return photo


def doubt(
    photo: BillPhoto, *, bill: Bill, earlier: Receipt, reason: str, at: datetime
) -> BillConflict:
    """The photograph waits for a person who looks at both bills."""
    photo.state = BillPhoto.State.CONFLICTING
    photo.save(update_fields=["state"])
    conflict = conflict_of(photo.member_id, bill, earlier, reason, at=at)
    conflict.photo, conflict.told_at = photo, photo.at
    conflict.actor = f"member:{photo.member_id}"
    conflict.save()
    return conflict


def conflict_of(
    member: int, bill: Bill, earlier: Receipt, reason: str, *, at: datetime
) -> BillConflict:
    """A conflict that is not written yet."""
    return BillConflict(
        merchant_id=earlier.merchant_id,
        store_id=earlier.store_id,
        reason=reason,
        earlier=earlier,
        member_id=member,
        receipt_no=bill.receipt_no,
        paid_fen=bill.paid_fen,
        paid_at=bill.paid_at,
        source=bill.source,
        told_at=at,
        at=at,
    )


def bill_of(photo: BillPhoto) -> Bill:
    """The bill as the member told it."""
    return Bill(
        receipt_no=photo.receipt_no,
        paid_fen=photo.paid_fen,
        paid_at=photo.paid_at,
        source=Receipt.Source.PHOTO,
        told_at=photo.at,
    )


def as_photographed(photo: BillPhoto, bill: Bill) -> Bill:
    """The bill as a clerk read it from the picture, told when the member sent it."""
    return replace(bill, source=Receipt.Source.PHOTO, told_at=photo.at, apart="")
