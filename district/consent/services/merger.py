"""Two members become one: a refusal of either holds, a yes is never carried over."""

from django.db import transaction

from district.consent.event_posting import (
    append_event,
    current_consent,
    lock_subject,
    mark_minor,
)
from district.consent.models import ConsentSubject, CurrentConsent
from district.consent.values import Action, ConsentAddress, ConsentState, Origin
from district.kernel import clock

_REFUSAL = {ConsentState.DENIED: Action.DENY, ConsentState.WITHDRAWN: Action.WITHDRAW}


@transaction.atomic
def merge_consents(*, source: int, into: int) -> int:
    """Carry refusals of the member `source` over to `into`, and end what the source had granted; how many events.

    Either being under 14 makes the one that stays so. A repetition finds nothing to do.
    """
    # In the order of their numbers, or two mergers the other way round would wait for each other.
    subjects = {member: lock_subject(member) for member in sorted({source, into})}
    old, new = subjects[source], subjects[into]
    if old.is_minor and not new.is_minor:
        mark_minor(new, is_minor=True)
    rows = (
        CurrentConsent.objects.filter(subject=old).order_by("pk").select_related("purpose", "event")
    )
    # What was carried over once is not carried over again: the member may have said yes since.
    return sum(_carry_over(old, new, row) for row in rows if row.event.origin != Origin.MERGER)


def _carry_over(old: ConsentSubject, new: ConsentSubject, row: CurrentConsent) -> int:
    address = ConsentAddress(row.purpose.key, row.merchant_id, row.channel)
    state = ConsentState(row.state)
    events = 0
    kept = current_consent(new, address)
    if state in _REFUSAL and (kept is None or ConsentState(kept.state) not in _REFUSAL):
        events += _append(new, row, address, _REFUSAL[state])
    # The source's own chain says that it ended here.
    return events + _append(old, row, address, _REFUSAL.get(state, Action.EXPIRE))


def _append(
    subject: ConsentSubject, row: CurrentConsent, address: ConsentAddress, action: Action
) -> int:
    append_event(
        subject=subject,
        purpose=row.purpose,
        address=address,
        action=action,
        origin=Origin.MERGER,
        at=clock.now(),
    )
    return 1
