"""The current rows again from the events."""

from collections.abc import Iterator

from django.db import transaction

from district.consent.models import ConsentSubject, CurrentConsent
from district.consent.queries.chains import current_of, events_of

_FIELDS = (
    *("subject_id", "purpose_id", "merchant_id", "channel", "state", "event_id"),
    *("notice_id", "since", "expires_at", "ask_again_at"),
)


def rebuild_consents(*, repair: bool) -> Iterator[str]:
    """The pseudonymous number of each subject whose current rows are not what its events come to; with `repair` they
    are written anew."""
    for pk in ConsentSubject.objects.order_by("pk").values_list("pk", flat=True):
        if (found := _rebuild(pk, repair=repair)) is not None:
            yield found


@transaction.atomic
def _rebuild(pk: int, *, repair: bool) -> str | None:
    subject = ConsentSubject.objects.select_for_update(no_key=True).get(pk=pk)
    newest = {
        (event.purpose_id, event.merchant_id, event.channel): event for event in events_of(subject)
    }
    wanted = [current_of(event) for event in newest.values()]
    kept = CurrentConsent.objects.filter(subject=subject)
    if {_values(row) for row in wanted} == {_values(row) for row in kept}:
        return None
    if repair:
        kept.delete()
        CurrentConsent.objects.bulk_create(wanted)
    return str(subject.uuid)


def _values(row: CurrentConsent) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _FIELDS)
