"""A merchant that a version names as a payer agrees to its share, declines it, or revokes an agreement."""

from typing import Any

from django.db import transaction

from coupons.models import ShareConsent
from coupons.planning_errors import ConsentNotInState, ConsentNotYours
from district.kernel import audit, clock
from district.members.models import User
from district.merchants import permissions
from district.merchants.queries import live_post

State = ShareConsent.State


@transaction.atomic
def agree_to_share(
    *, consent: ShareConsent, by: User, covers_later_coupons: bool = False
) -> ShareConsent:
    """The merchant's owner agrees to bear the share, also after having declined it; with `covers_later_coupons`, of
    later platform coupons that ask for no larger one, too. The same again changes nothing.

    Raises ConsentNotInState, ConsentNotYours.
    """
    row = _held(consent, by)
    if (row.state, row.covers_later_coupons, row.decided_by_id) == (
        State.AGREED,
        covers_later_coupons,
        by.pk,
    ):
        return row
    if row.state == State.AGREED:
        raise ConsentNotInState(state=str(row.get_state_display()))
    row.state, row.covers_later_coupons = State.AGREED, covers_later_coupons
    return _decided(row, by, "agree_to_share", covers_later_coupons=covers_later_coupons)


@transaction.atomic
def decline_share(*, consent: ShareConsent, by: User) -> ShareConsent:
    """The merchant's owner does not agree: the version cannot be published as it is. The same again
    changes nothing.

    Raises ConsentNotInState, ConsentNotYours.
    """
    row = _held(consent, by)
    if row.state == State.DECLINED:
        return row
    if row.state != State.ASKED:
        raise ConsentNotInState(state=str(row.get_state_display()))
    row.state = State.DECLINED
    return _decided(row, by, "decline_share")


@transaction.atomic
def revoke_consent(*, consent: ShareConsent, by: User) -> ShareConsent:
    """The merchant's owner takes an agreement back: versions that are not published yet have it no more,
    and none follows from it. What is published stays. The same again changes nothing.

    Raises ConsentNotInState, ConsentNotYours.
    """
    row = _held(consent, by)
    if row.state != State.AGREED:
        raise ConsentNotInState(state=str(row.get_state_display()))
    if row.revoked_at is not None:
        return row
    row.revoked_by, row.revoked_at = by, clock.now()
    row.save(update_fields=["revoked_by", "revoked_at"])
    _record("revoke_consent", row, by)
    return row


def _held(consent: ShareConsent, by: User) -> ShareConsent:
    """The row, locked, for its merchant's owner alone. Raises ConsentNotYours."""
    row = ShareConsent.objects.select_for_update(no_key=True).get(pk=consent.pk)
    post = live_post(by)
    if post is None or post.merchant_id != row.merchant_id:
        raise ConsentNotYours
    if not permissions.can(post, "edit_merchant"):
        raise ConsentNotYours
    return row


def _decided(row: ShareConsent, by: User, verb: str, **facts: Any) -> ShareConsent:
    row.decided_by, row.decided_at = by, clock.now()
    row.save(update_fields=["state", "covers_later_coupons", "decided_by", "decided_at"])
    _record(verb, row, by, **facts)
    return row


def _record(verb: str, row: ShareConsent, by: User, **facts: Any) -> None:
    audit.record(
        verb=verb,
        subject=f"coupons.shareconsent:{row.pk}",
        by=by,
        version=row.version_id,
        merchant=row.merchant_id,
        bp=row.bp,
        **facts,
    )
