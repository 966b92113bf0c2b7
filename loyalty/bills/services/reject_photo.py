"""A photographed bill that earns nothing: a clerk rejects it, or the member takes it back."""

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.idempotency import Key, answer, claim
from district.members.models import User
from loyalty.bills import desk, queries
from loyalty.bills.models import BillPhoto, PhotoPicture


@transaction.atomic
def reject_photo(*, photo: BillPhoto, reason: str, note: str, by: User, key: Key) -> BillPhoto:
    """The photograph rejected for one of BillPhoto.Reason, which the member reads, with the note.

    Raises KeyReused, PhotoDecided.
    """
    if (first := claim(key)) is not None:
        return queries.photos().get(pk=first)
    row = desk.lock_submitted(photo.pk)
    desk.close(
        row,
        BillPhoto.State.REJECTED,
        by=f"user:{by.pk}",
        at=clock.now(),
        reason=reason,
        note=note,
    )
    audit.record(
        by=by, verb="reject_photo", subject=f"bills.billphoto:{row.pk}", reason=str(reason)
    )
    answer(key, row.pk)
    return row


@transaction.atomic
def withdraw_photo(*, photo: BillPhoto, key: Key) -> BillPhoto:
    """The member's photograph taken back before anybody decided; its picture is gone at once.

    Raises KeyReused, PhotoDecided.
    """
    if (first := claim(key)) is not None:
        return queries.photos().get(pk=first)
    row = desk.lock_submitted(photo.pk)
    by = f"member:{row.member_id}"
    desk.close(row, BillPhoto.State.WITHDRAWN, by=by, at=clock.now())
    PhotoPicture.objects.filter(photo=row).delete()
    answer(key, row.pk)
    return row
