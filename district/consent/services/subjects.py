"""What holds of a subject whatever its choices are."""

from django.db import transaction

from district.consent.event_posting import lock_subject
from district.consent.hooks import EndedConsent, notify_consent_ended
from district.consent.models import ConsentSubject, CurrentConsent
from district.consent.values import ConsentAddress, ConsentState
from district.kernel import audit, clock
from district.members.models import User


@transaction.atomic
def set_minor(*, member: int, is_minor: bool, by: User) -> ConsentSubject:
    """Whether the member is under 14. What a minor cannot allow is blocked at once, and listeners are told so."""
    subject = lock_subject(member)
    if subject.is_minor == is_minor:
        return subject
    subject.is_minor = is_minor
    subject.save(update_fields=["is_minor"])
    audit.record(
        by=by, verb="set_minor", subject=f"consent.consentsubject:{subject.pk}", is_minor=is_minor
    )
    if is_minor:
        rows = CurrentConsent.objects.filter(subject=subject, state=ConsentState.GRANTED)
        for row in rows.filter(purpose__is_open_to_minors=False).select_related("purpose"):
            address = ConsentAddress(row.purpose.key, row.merchant_id, row.channel)
            notify_consent_ended(EndedConsent(subject.pk, member, address, "minor", clock.now()))
    return subject
