"""The member says yes, says no, or takes a yes back: one call sets one switch."""

from datetime import datetime

from django.db import transaction

from district.consent.errors import ConsentClosedToMinor, NoticeNotServed, NoticeReplaced
from district.consent.event_posting import (
    ControlContext,
    append_event,
    current_consent,
    lock_subject,
    purpose_at,
)
from district.consent.models import ConsentEvent, CurrentConsent, NoticeServed
from district.consent.queries import current_notices
from district.consent.values import Action, ConsentAddress, ConsentState, Origin
from district.kernel import clock
from district.kernel.idempotency import Key, claim_key, store_result


@transaction.atomic
def grant_consent(
    *,
    member: int,
    address: ConsentAddress,
    served: str,
    key: Key,
    context: ControlContext | None = None,
) -> ConsentEvent:
    """Yes, to the text that was shown to this member (`served`, the serving's public id) and is in force.

    Granted on the same text already: the earlier event, nothing is written. Of an earlier text: `reaffirm`.

    Raises KeyReused, ConsentAddressInvalid, ConsentClosedToMinor, NoticeNotServed, NoticeReplaced.
    """
    if (earlier := claim_key(key)) is not None:
        return ConsentEvent.objects.get(pk=earlier)
    purpose = purpose_at(address)
    subject = lock_subject(member)
    if subject.is_minor and not purpose.is_open_to_minors:
        raise ConsentClosedToMinor
    serving = _serving(subject.pk, served, address)
    at = max(clock.now(), serving.at)
    current = current_consent(subject, address)
    live = _live_grant(current, at)
    if live is not None and live.notice_id == serving.notice_id:
        event = live.event
    else:
        event = append_event(
            subject=subject,
            purpose=purpose,
            address=address,
            action=Action.GRANT if live is None else Action.REAFFIRM,
            origin=Origin.MEMBER,
            at=at,
            served=serving,
            context=context,
        )
    store_result(key, event.pk)
    return event


def deny_consent(
    *, member: int, address: ConsentAddress, key: Key, context: ControlContext | None = None
) -> ConsentEvent:
    """No, remembered for 90 days before an app asks again. A yes that stands is withdrawn by it.

    Raises KeyReused, ConsentAddressInvalid.
    """
    return _refuse(Action.DENY, member, address, key, context)


def withdraw_consent(
    *, member: int, address: ConsentAddress, key: Key, context: ControlContext | None = None
) -> ConsentEvent:
    """A yes taken back, without a reason, with effect as this transaction ends; taken back already, it stays so.

    Raises KeyReused, ConsentAddressInvalid.
    """
    return _refuse(Action.WITHDRAW, member, address, key, context)


@transaction.atomic
def _refuse(
    action: Action,
    member: int,
    address: ConsentAddress,
    key: Key,
    context: ControlContext | None,
) -> ConsentEvent:
    if (earlier := claim_key(key)) is not None:
        return ConsentEvent.objects.get(pk=earlier)
    purpose = purpose_at(address)
    subject = lock_subject(member)
    current = current_consent(subject, address)
    if current is not None and current.event.action == action == Action.WITHDRAW:
        event = current.event
    else:
        event = append_event(
            subject=subject,
            purpose=purpose,
            address=address,
            action=action,
            origin=Origin.MEMBER,
            at=clock.now(),
            context=context,
        )
    store_result(key, event.pk)
    return event


def _live_grant(current: CurrentConsent | None, at: datetime) -> CurrentConsent | None:
    """The row, where it is a yes that has not come to its end."""
    if current is None or current.state != ConsentState.GRANTED:
        return None
    return current if current.expires_at is None or current.expires_at > at else None


def _serving(subject: int, served: str, address: ConsentAddress) -> NoticeServed:
    """What was served to the subject of this switch, if its text is the one in force in its language."""
    row = (
        NoticeServed.objects.filter(
            public_id=served,
            subject=subject,
            notice__purpose__key=address.purpose,
            notice__channel=address.channel,
        )
        .select_related("notice")
        .first()
    )
    if row is None:
        raise NoticeNotServed
    in_force = list(
        current_notices(clock.now()).filter(purpose__key=address.purpose, channel=address.channel)
    )
    newest_major = max((notice.major or 0 for notice in in_force), default=0)
    if row.notice not in in_force or row.notice.major != newest_major:
        raise NoticeReplaced
    return row
