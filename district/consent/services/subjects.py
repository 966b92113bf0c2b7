"""What holds of a subject whatever its choices are."""

from django.db import transaction

from district.consent.event_posting import lock_subject, mark_minor
from district.consent.models import ConsentSubject
from district.kernel import audit
from district.members.models import User


@transaction.atomic
def set_minor(*, member: int, is_minor: bool, by: User) -> ConsentSubject:
    """Whether the member is under 14. What a minor cannot allow is blocked at once, and listeners are told so."""
    subject = lock_subject(member)
    if subject.is_minor == is_minor:
        return subject
    mark_minor(subject, is_minor=is_minor)
    audit.record(
        by=by, verb="set_minor", subject=f"consent.consentsubject:{subject.pk}", is_minor=is_minor
    )
    return subject
