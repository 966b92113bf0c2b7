"""Appending one event: the chain, the current row and the hook, in the transaction that holds the subject."""

from dataclasses import dataclass
from datetime import datetime

from district.consent.errors import ConsentAddressInvalid
from district.consent.hooks import EndedConsent, notify_consent_ended
from district.consent.models import (
    ConsentEvent,
    ConsentSubject,
    CurrentConsent,
    NoticeServed,
    Purpose,
)
from district.consent.queries.chains import current_of, document_of
from district.consent.values import (
    Action,
    Channel,
    ConsentAddress,
    ConsentState,
    Origin,
    chain_hash,
)
from district.kernel import clock


@dataclass(frozen=True)
class ControlContext:
    """Which switch made the choice, by which request, from which network (never a whole address)."""

    control_id: str = ""
    request_id: str = ""
    ip_prefix: str = ""


def lock_subject(member: int) -> ConsentSubject:
    """The member's subject, made where there is none, held until this transaction ends."""
    ConsentSubject.objects.bulk_create([ConsentSubject(member_id=member)], ignore_conflicts=True)
    return ConsentSubject.objects.select_for_update(no_key=True).get(member=member)


def mark_minor(subject: ConsentSubject, *, is_minor: bool) -> None:
    """Write it on a subject that the caller has locked; listeners are told what a minor can no longer allow."""
    subject.is_minor = is_minor
    subject.save(update_fields=["is_minor"])
    if not is_minor:
        return
    rows = CurrentConsent.objects.filter(subject=subject, state=ConsentState.GRANTED)
    for row in rows.filter(purpose__is_open_to_minors=False).select_related("purpose"):
        address = ConsentAddress(row.purpose.key, row.merchant_id, row.channel)
        notify_consent_ended(
            EndedConsent(subject.pk, subject.member_id, address, "minor", clock.now())
        )


def purpose_at(address: ConsentAddress) -> Purpose:
    """The purpose of a switch. Raises ConsentAddressInvalid for one that does not exist."""
    purpose = Purpose.objects.filter(key=address.purpose).first()
    if (
        purpose is None
        or purpose.is_per_merchant != (address.merchant is not None)
        or purpose.has_channels != (address.channel != Channel.NONE)
        or address.channel not in Channel
    ):
        raise ConsentAddressInvalid
    return purpose


def current_consent(subject: ConsentSubject, address: ConsentAddress) -> CurrentConsent | None:
    """What the subject has said of the switch, if anything."""
    rows = CurrentConsent.objects.filter(
        subject=subject,
        purpose__key=address.purpose,
        merchant=address.merchant,
        channel=address.channel,
    )
    return rows.select_related("event", "notice", "purpose").first()


def append_event(
    *,
    subject: ConsentSubject,
    purpose: Purpose,
    address: ConsentAddress,
    action: Action,
    origin: Origin,
    at: datetime,
    served: NoticeServed | None = None,
    context: ControlContext | None = None,
) -> ConsentEvent:
    """The next event of a subject that the caller has locked. Its current row and what listeners do go along with it."""
    context = context or ControlContext()
    earlier = current_consent(subject, address)
    event = ConsentEvent(
        subject=subject,
        sequence=subject.event_count + 1,
        purpose=purpose,
        merchant_id=address.merchant,
        channel=address.channel,
        action=action,
        origin=origin,
        notice=served.notice if served else None,
        served=served,
        control_id=context.control_id,
        request_id=context.request_id,
        ip_prefix=context.ip_prefix,
        at=at,
        prev_hash=subject.head_hash,
    )
    event.hash = chain_hash(event.prev_hash, document_of(event))
    event.save(force_insert=True)
    subject.event_count, subject.head_hash = event.sequence, event.hash
    subject.save(update_fields=["event_count", "head_hash"])
    current = current_of(event)
    current.pk = earlier.pk if earlier else None
    current.save()
    if earlier is not None and earlier.state == ConsentState.GRANTED != current.state:
        _notify(subject, address, action, at)
    elif earlier is None and current.state != ConsentState.GRANTED:
        # What rests on the contract goes on until it is refused.
        _notify(subject, address, action, at)
    return event


def _notify(subject: ConsentSubject, address: ConsentAddress, action: Action, at: datetime) -> None:
    notify_consent_ended(EndedConsent(subject.pk, subject.member_id, address, action, at))
