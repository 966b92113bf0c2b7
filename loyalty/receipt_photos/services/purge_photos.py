"""Photographs do not stay for ever: pictures are forgotten, and what nobody decided on is closed."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from district.kernel import clock
from loyalty.receipt_photos import transitions
from loyalty.receipt_photos.models import PhotoPicture, ReceiptPhoto

# What no clerk has looked at for so long is closed, or its picture would be kept for ever.
LAPSE_AFTER = timedelta(days=60)


def purge_pictures(*, limit: int = 500) -> int:
    """Delete pictures settings.PHOTO_DAYS days after the decision on them; how many."""
    before = clock.now() - timedelta(days=settings.PHOTO_DAYS)
    old = PhotoPicture.objects.filter(photo__decided_at__lt=before)[:limit]
    deleted, _each = PhotoPicture.objects.filter(
        pk__in=list(old.values_list("pk", flat=True))
    ).delete()
    return deleted


@transaction.atomic
def close_lapsed_photos(*, limit: int = 500) -> int:
    """Close photographs that were submitted LAPSE_AFTER ago and never decided on; how many.

    Those a clerk is just deciding on are left alone.
    """
    at = clock.now()
    waiting = ReceiptPhoto.objects.filter(
        state=ReceiptPhoto.State.SUBMITTED, at__lt=at - LAPSE_AFTER
    )
    rows = waiting.select_for_update(no_key=True, skip_locked=True).order_by("pk")[:limit]
    for photo in rows:
        reason = ReceiptPhoto.Reason.LAPSED
        transitions.close_photo(
            photo, ReceiptPhoto.State.REJECTED, by="system", at=at, reason=reason
        )
    return len(rows)
