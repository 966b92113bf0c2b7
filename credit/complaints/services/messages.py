"""What the sides of a case write to each other through the district: masked, checked, read."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from credit.complaints import procedures
from credit.complaints.contact_masking import masked_text
from credit.complaints.errors import (
    CaseNotYours,
    MessageDecided,
    MessagesClosed,
    TooManyMessages,
)
from credit.complaints.events import CaseNoticeDue
from credit.complaints.machine.words import SIDES, CaseActor
from credit.complaints.models import CaseFile, CaseMessage, CaseNotice
from credit.complaints.models.messages import MOST_MESSAGES_A_DAY
from credit.complaints.queries.facts import ActingParty, belongs, who_did_it
from credit.complaints.queries.messages import names_in, takes_messages
from district.kernel import attempts, audit, clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, claim_key, store_result
from district.kernel.outbox.events import emit
from district.members import personal
from district.members.models import Member, User
from district.wechat.client import gateway
from district.wechat.errors import PersonNotRecent
from district.wechat.gateway import ContentScene, Suggestion

logger = logging.getLogger("district.complaints")

_MOST_CHECKS = 5
State = CaseMessage.State


@transaction.atomic
def send_message(
    *, case: CaseFile, actor: CaseActor, by: ActingParty, text: str, key: Key
) -> CaseMessage:
    """A message of a side to the other one, with contact data masked; the shopper's waits for WeChat's word on it.

    Raises CaseNotYours, KeyReused, MessagesClosed (not accepted yet, ended, or the shopper is hidden from the
    merchant), TooManyMessages (twenty of a side a day).
    """
    if (earlier := claim_key(key)) is not None:
        return CaseMessage.objects.get(pk=earlier)
    procedures.lock_case(case.pk)
    file = CaseFile.objects.select_related("member", "walk_in", "store").get(pk=case.pk)
    if actor not in SIDES or not belongs(file, actor, by):
        raise CaseNotYours
    if not takes_messages(file):
        raise MessagesClosed(state_name=file.get_state_display())
    at = clock.now()
    day = clock.business_day(at)
    number = CaseMessage.objects.filter(case=file, sender=str(actor), day=day).count() + 1
    if number > MOST_MESSAGES_A_DAY:
        raise TooManyMessages(most=MOST_MESSAGES_A_DAY)
    clean = masked_text(text, names_in(file, by))
    is_of_wechat = actor is CaseActor.SHOPPER and file.member_id is not None
    message = CaseMessage.objects.create(
        case=file,
        sender=str(actor),
        **who_did_it(by),
        day=day,
        number=number,
        text=clean,
        is_masked=clean != text,
        # WeChat judges what its own users write; a merchant's people answer to the district by name, as does the
        # officer who writes for a person who is no member.
        state=State.CHECKING if is_of_wechat else State.SENT,
        written_at=at,
        sent_at=None if is_of_wechat else at,
    )
    if message.state == State.SENT:
        _note(message, at)
    store_result(key, message.pk)
    return message


def check_messages(*, limit: int = 100) -> int:
    """Ask WeChat about messages that wait for it; how many were asked about.

    What it lets pass is sent; anything else waits for a person, as does what could not be asked about after
    five times. Safe to run twice and side by side.
    """
    waiting = CaseMessage.objects.filter(state=State.CHECKING)
    count = attempts.make_calls(waiting, _check, max_attempts=_MOST_CHECKS, limit=limit)
    for stuck in waiting.exclude(set_aside_at=None):
        _settle(stuck.pk, is_clear=False)
    return count


@transaction.atomic
def release_message(*, message: CaseMessage, by: User) -> CaseMessage:
    """A person lets a held message through. Raises MessageDecided."""
    row = _held(message)
    at = clock.now()
    row.state, row.sent_at, row.reviewed_by, row.reviewed_at = State.SENT, at, by, at
    row.save(update_fields=["state", "sent_at", "reviewed_by", "reviewed_at"])
    _record("release_case_message", row, by)
    _note(row, at)
    return row


@transaction.atomic
def refuse_message(*, message: CaseMessage, reason: str, by: User) -> CaseMessage:
    """A person keeps a held message back; its writer hears of it. Raises MessageDecided."""
    row = _held(message)
    at = clock.now()
    row.state, row.reviewed_by, row.reviewed_at = State.REFUSED, by, at
    row.save(update_fields=["state", "reviewed_by", "reviewed_at"])
    _record("refuse_case_message", row, by, reason=reason)
    _notify(row, CaseActor(row.sender), "message_refused", at)
    return row


@transaction.atomic
def read_messages(*, case: CaseFile, actor: CaseActor, by: ActingParty) -> int:
    """A side has read all that was sent to it; how many were new. Again: none. Raises CaseNotYours."""
    if actor not in SIDES or not belongs(case, actor, by):
        raise CaseNotYours
    rows = CaseMessage.objects.filter(case=case, state=State.SENT, read_at=None)
    return rows.exclude(sender=str(actor)).update(read_at=clock.now())


@transaction.atomic
def read_notices(*, member: Member, notices: Iterable[str]) -> int:
    """The shopper has seen these notices; how many were new. Others' and unknown ones are passed over."""
    return procedures.read_notices(member.pk, list(notices), clock.now())


def _check(message: CaseMessage) -> None:
    """Outside of any transaction: WeChat may take its time."""
    identities = message.case.shopper.identities.order_by("-pk")
    identity = identities.first()
    if identity is None:
        _settle(message.pk, is_clear=False)
        return
    openid = personal.unseal(message.case.shopper, "openid", identity.openid_sealed)
    try:
        verdict = gateway().check_text(message.text, openid=openid, scene=ContentScene.SOCIAL)
    except PersonNotRecent:
        # WeChat judges nobody who was not here for two hours, and asking again helps nothing.
        _settle(message.pk, is_clear=False)
        return
    except DomainError as error:
        CaseMessage.objects.filter(pk=message.pk).update(last_error=type(error).__name__)
        return
    _settle(message.pk, is_clear=verdict.suggestion is Suggestion.PASS)


@transaction.atomic
def _settle(pk: int, *, is_clear: bool) -> None:
    """A message that was checked goes on its way, or to a person."""
    row = CaseMessage.objects.select_for_update(no_key=True).get(pk=pk)
    if row.state != State.CHECKING:
        return
    at = max(clock.now(), row.written_at)
    row.state, row.sent_at = (State.SENT, at) if is_clear else (State.HELD, None)
    row.save(update_fields=["state", "sent_at"])
    if is_clear:
        _note(row, at)
    else:
        _notify(row, CaseActor.OFFICER, "message_held", at)


def _held(message: CaseMessage) -> CaseMessage:
    row = CaseMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
    if row.state != State.HELD:
        raise MessageDecided
    return row


def _note(message: CaseMessage, at: datetime) -> None:
    """The other side hears of a message."""
    reader = next(side for side in SIDES if side != message.sender)
    _notify(message, reader, "message", at)


def _notify(message: CaseMessage, audience: CaseActor, code: str, at: datetime) -> None:
    notice = CaseNotice.objects.create(
        case_id=message.case_id,
        audience=str(audience),
        key=f"{code}:{message.public_id}",
        kind=CaseNotice.Kind.MESSAGE,
        code=code,
        at=at,
    )
    emit(CaseNoticeDue(notice.pk))


def _record(verb: str, message: CaseMessage, by: User, **facts: str) -> None:
    audit.record(by=by, verb=verb, subject=f"complaints.casemessage:{message.pk}", **facts)
