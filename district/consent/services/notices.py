"""Texts are proposed by one person, released by another, and shown to members."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from district.consent.errors import ConsentAddressInvalid
from district.consent.event_posting import lock_subject
from district.consent.models import NoticeServed, NoticeVersion, Purpose
from district.consent.queries import current_notices
from district.consent.values import Channel
from district.documents.json_text import canonical_bytes
from district.kernel import audit, clock, four_eyes
from district.kernel.errors import NotFound
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User


@transaction.atomic
def propose_notice(
    *,
    purpose: Purpose,
    channel: str,
    title: str,
    body: str,
    data_categories: str,
    recipients: str,
    retention: str,
    is_major_change: bool,
    by: User,
    key: Key,
    locale: str = "zh-Hans",
    effective_from: datetime | None = None,
) -> NoticeVersion:
    """A text for another person to release. `is_major_change`: purpose, data or recipients change, so that earlier
    consent is stale once it is in force. Raises KeyReused, ConsentAddressInvalid."""
    if (earlier := claim_key(key)) is not None:
        return NoticeVersion.objects.get(pk=earlier)
    if channel not in Channel or purpose.has_channels != (channel != Channel.NONE):
        raise ConsentAddressInvalid
    row = NoticeVersion.objects.create(
        purpose=purpose,
        channel=channel,
        locale=locale,
        title=title,
        body=body,
        data_categories=data_categories,
        recipients=recipients,
        retention=retention,
        is_major_change=is_major_change,
        effective_from=effective_from or clock.now(),
        proposed_by=by,
        proposed_at=clock.now(),
    )
    store_result(key, row.pk)
    audit.record(by=by, verb="propose_notice", subject=f"consent.noticeversion:{row.pk}")
    return row


@transaction.atomic
def approve_notice(*, proposal: NoticeVersion, by: User, note: str = "") -> NoticeVersion:
    """Another person releases it: it gets its number and digest, and holds from its day, at the earliest from now.

    Raises FourEyesNeeded, ProposalDecided.
    """
    # Two releases of a purpose come one after the other: each counts on from the last.
    Purpose.objects.select_for_update(no_key=True).get(pk=proposal.purpose_id)
    return four_eyes.decide(
        proposal,
        approve=True,
        by=by,
        note=note,
        name="notice",
        apply=_number,
        applied_fields=("version", "major", "sha256", "effective_from"),
        repeatable=True,
    )


def reject_notice(*, proposal: NoticeVersion, by: User, note: str = "") -> NoticeVersion:
    """Another person does not. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=False, by=by, note=note, name="notice", repeatable=True
    )


@transaction.atomic
def serve_notice(
    *, member: int, notice: str, screen: str, app_version: str, key: Key
) -> NoticeServed:
    """The member is shown a text in force (its public id), on this screen. Raises KeyReused, NotFound."""
    if (earlier := claim_key(key)) is not None:
        return NoticeServed.objects.get(pk=earlier)
    at = clock.now()
    text = next((row for row in current_notices(at) if row.public_id == notice), None)
    if text is None:
        raise NotFound
    row = NoticeServed.objects.create(
        subject=lock_subject(member), notice=text, screen=screen, app_version=app_version, at=at
    )
    store_result(key, row.pk)
    return row


def _number(row: NoticeVersion) -> None:
    released = NoticeVersion.objects.filter(
        purpose=row.purpose_id, channel=row.channel, state=NoticeVersion.State.APPROVED
    )
    last = released.filter(locale=row.locale).aggregate(last=Max("version"))["last"] or 0
    major = released.aggregate(last=Max("major"))["last"] or 0
    row.version = last + 1
    row.major = max(1, major + int(row.is_major_change))
    row.effective_from = max(row.effective_from, clock.now())
    row.sha256 = hashlib.sha256(canonical_bytes(row.shown_text)).hexdigest()
