"""The chain of a subject: what an event's hash is of, whether the chain is whole, what its events come to."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction

from district.consent.models import ConsentEvent, ConsentSubject, CurrentConsent
from district.consent.values import (
    DENIAL_REMEMBERED,
    NO_HASH,
    STATE_AFTER,
    Action,
    ConsentState,
    chain_hash,
)
from district.kernel.clock import SHANGHAI


def document_of(event: ConsentEvent) -> dict[str, Any]:
    """The event as its hash sees it: plain values, pseudonymous, the instant in Shanghai time."""
    return {
        "subject": str(event.subject.uuid),
        "sequence": event.sequence,
        "purpose": event.purpose.key,
        "merchant": event.merchant.public_id if event.merchant else None,
        "channel": event.channel,
        "action": event.action,
        "origin": event.origin,
        "notice": event.notice.public_id if event.notice else None,
        "notice_version": event.notice.version if event.notice else None,
        "notice_sha256": event.notice.sha256 if event.notice else None,
        "served": event.served.public_id if event.served else None,
        "control_id": event.control_id,
        "request_id": event.request_id,
        "ip_prefix": event.ip_prefix,
        "at": event.at.astimezone(SHANGHAI).isoformat(),
    }


def current_of(event: ConsentEvent) -> CurrentConsent:
    """The current row, not saved, that the newest event of a switch comes to."""
    state = STATE_AFTER[Action(event.action)]
    granted = state is ConsentState.GRANTED
    days = event.purpose.valid_days
    return CurrentConsent(
        subject=event.subject,
        purpose=event.purpose,
        merchant=event.merchant,
        channel=event.channel,
        state=state,
        event=event,
        notice=event.notice if granted else None,
        since=event.at,
        expires_at=event.at + timedelta(days=days) if granted and days else None,
        ask_again_at=event.at + DENIAL_REMEMBERED if state is ConsentState.DENIED else None,
    )


def events_of(subject: ConsentSubject) -> "Iterable[ConsentEvent]":
    """Every event of the subject in the order of its chain."""
    rows = ConsentEvent.objects.filter(subject=subject).order_by("sequence")
    return rows.select_related("subject", "purpose", "merchant", "notice", "served")


def find_broken_chains() -> Iterator[str]:
    """A sentence for each subject whose events are not what they were: changed, missing, or cut off at the end."""
    for pk in ConsentSubject.objects.order_by("pk").values_list("pk", flat=True):
        # Held while it is read: an event that arrives in between would look like one too many.
        with transaction.atomic():
            subject = ConsentSubject.objects.select_for_update(no_key=True).get(pk=pk)
            fault = _fault_of(subject)
        if fault:
            yield f"{subject.uuid}: {fault}"


def _fault_of(subject: ConsentSubject) -> str:
    previous, count = NO_HASH, 0
    for event in events_of(subject):
        count += 1
        if event.sequence != count:
            return f"event {count} is missing"
        if event.prev_hash != previous:
            return f"event {count} does not follow the one before it"
        if event.hash != chain_hash(previous, document_of(event)):
            return f"event {count} was changed"
        previous = event.hash
    if (count, previous) != (subject.event_count, subject.head_hash):
        return f"the chain ends at event {count}, its head says {subject.event_count}"
    return ""
