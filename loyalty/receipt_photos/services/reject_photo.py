"""A photographed bill that earns nothing: a clerk rejects it, or the member takes it back."""

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from loyalty.receipt_photos import queries, transitions
from loyalty.receipt_photos.models import PhotoPicture, ReceiptPhoto


@transaction.atomic
def reject_photo(
    *, photo: ReceiptPhoto, reason: str, note: str, by: User, key: Key
) -> ReceiptPhoto:
    """The photograph rejected for one of ReceiptPhoto.Reason, which the member reads, with the note.

    Raises KeyReused, PhotoDecided.
    """
    if (first := claim_key(key)) is not None:
        return queries.photos().get(pk=first)
    row = transitions.lock_submitted(photo.pk)
    transitions.close_photo(
        row,
        ReceiptPhoto.State.REJECTED,
        by=f"user:{by.pk}",
        at=clock.now(),
        reason=reason,
        note=note,
    )
    audit.record(
        by=by, verb="reject_photo", subject=f"bills.receiptphoto:{row.pk}", reason=str(reason)
    )
    store_result(key, row.pk)
    return row


@transaction.atomic
def withdraw_photo(*, photo: ReceiptPhoto, key: Key) -> ReceiptPhoto:
    """The member's photograph taken back before anybody decided; its picture is gone at once.

    Raises KeyReused, PhotoDecided.
    """
    if (first := claim_key(key)) is not None:
        return queries.photos().get(pk=first)
    row = transitions.lock_submitted(photo.pk)
    by = f"member:{row.member_id}"
    transitions.close_photo(row, ReceiptPhoto.State.WITHDRAWN, by=by, at=clock.now())
    PhotoPicture.objects.filter(photo=row).delete()
    store_result(key, row.pk)
    return row
