"""Grants that last for some days end by themselves; `may` says so from the instant on, the event follows."""

from django.db import transaction

from district.consent.event_posting import append_event
from district.consent.models import ConsentSubject, CurrentConsent
from district.consent.values import Action, ConsentAddress, Origin
from district.kernel import clock


def expire_consents() -> int:
    """Record the end of every grant whose days are over; how many. Safe to run twice and side by side."""
    due = CurrentConsent.objects.filter(expires_at__lte=clock.now()).order_by("pk")
    return sum(_expire(pk, subject) for pk, subject in due.values_list("pk", "subject_id"))


@transaction.atomic
def _expire(consent: int, subject_pk: int) -> int:
    subject = ConsentSubject.objects.select_for_update(no_key=True).get(pk=subject_pk)
    rows = CurrentConsent.objects.filter(pk=consent, expires_at__lte=clock.now())
    row = rows.select_related("purpose").first()
    if row is None:  # renewed or withdrawn in between
        return 0
    append_event(
        subject=subject,
        purpose=row.purpose,
        address=ConsentAddress(row.purpose.key, row.merchant_id, row.channel),
        action=Action.EXPIRE,
        origin=Origin.TIMETABLE,
        at=clock.now(),
    )
    return 1
