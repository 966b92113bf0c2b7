"""The charter is published by two people; merchants sign it, and leave it with notice."""

from datetime import timedelta

from django.db import transaction

from credit.charter.errors import CharterReplaced, NotInAlliance, PledgeEnded
from credit.charter.models import CharterPledge, CharterVersion
from credit.charter.queries import published_charters
from district.kernel import audit, clock, four_eyes
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant
from district.merchants.queries import is_member

NOTICE = timedelta(days=30)


@transaction.atomic
def propose_charter(*, title: str, text: str, by: User, key: Key) -> CharterVersion:
    """A text of the charter for another person to publish. Raises KeyReused."""
    if (earlier := claim_key(key)) is not None:
        return CharterVersion.objects.get(pk=earlier)
    row = CharterVersion.objects.create(
        title=title, text=text, proposed_by=by, proposed_at=clock.now()
    )
    store_result(key, row.pk)
    audit.record(by=by, verb="propose_charter", subject=f"charter.charterversion:{row.pk}")
    return row


def approve_charter(*, proposal: CharterVersion, by: User, note: str = "") -> CharterVersion:
    """Another person publishes it: it is the charter in force. Who signed an earlier one stays bound by that.

    Raises FourEyesNeeded, ProposalDecided.
    """
    return four_eyes.decide(
        proposal, approve=True, by=by, note=note, name="charter", repeatable=True
    )


def reject_charter(*, proposal: CharterVersion, by: User, note: str = "") -> CharterVersion:
    """Another person does not. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=False, by=by, note=note, name="charter", repeatable=True
    )


@transaction.atomic
def sign_charter(
    *, merchant: Merchant, version: CharterVersion, pledge: str, by: User
) -> CharterPledge:
    """The merchant pledges to keep the version in force; what it signed before ends. Signed already, it stays so.

    Signing again takes a notice of leaving back. Raises CharterReplaced, NotInAlliance.
    """
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    at = clock.now()
    if published_charters(at).first() != version:
        raise CharterReplaced
    if not Merchant.objects.filter(is_member(at), pk=merchant.pk).exists():
        raise NotInAlliance
    earlier = list(CharterPledge.objects.filter(merchant=merchant, replaced_at=None))
    kept = next((row for row in earlier if row.version_id == version.pk and not row.ends_at), None)
    if kept is not None:
        return kept
    for row in earlier:
        if row.ends_at is None or row.ends_at > at:
            row.replaced_at = at
            row.save(update_fields=["replaced_at"])
    signed = CharterPledge.objects.create(
        merchant=merchant, version=version, pledge=pledge, signed_by=by, signed_at=at
    )
    audit.record(by=by, verb="sign_charter", subject=f"charter.charterpledge:{signed.pk}")
    return signed


@transaction.atomic
def give_notice(*, pledge: CharterPledge, reason: str, by: User) -> CharterPledge:
    """The merchant leaves the charter in 30 days; until then it is bound, also by what is decided. Raises PledgeEnded."""
    Merchant.objects.select_for_update(no_key=True).get(pk=pledge.merchant_id)
    row = CharterPledge.objects.select_for_update(no_key=True).get(pk=pledge.pk)
    if row.replaced_at is not None or row.notice_at is not None:
        raise PledgeEnded
    row.notice_at = clock.now()
    row.ends_at, row.leave_reason = row.notice_at + NOTICE, reason
    row.save(update_fields=["notice_at", "ends_at", "leave_reason"])
    audit.record(
        by=by, verb="leave_charter", subject=f"charter.charterpledge:{row.pk}", reason=reason
    )
    return row
