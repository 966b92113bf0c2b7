"""Joining the alliance and leaving it."""

from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from district.kernel import audit, clock
from district.members.models import User
from district.merchants.errors import MembershipsOverlap, MerchantSuspended
from district.merchants.models import AllianceMembership, Merchant


@transaction.atomic
def enrol_merchant(
    *,
    merchant: Merchant,
    by: User | None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> AllianceMembership:
    """The merchant's membership at `since` (now); a member stays as it is.

    Raises MerchantSuspended, MembershipsOverlap.
    """
    merchant = _locked(merchant)
    begins = since or clock.now()
    if member := merchant.memberships.filter(period__contains=begins).first():
        return member
    if merchant.state == Merchant.State.SUSPENDED:
        raise MerchantSuspended
    period = DateTimeTZRange(begins, until)
    if merchant.memberships.filter(period__overlap=period).exists():
        raise MembershipsOverlap
    member = AllianceMembership.objects.create(merchant=merchant, period=period)
    _record("enrol_merchant", member, by)
    return member


@transaction.atomic
def withdraw_merchant(
    *, merchant: Merchant, by: User | None, at: datetime | None = None
) -> AllianceMembership | None:
    """The membership that ended now (or at `at`); None when it never began or there was none.

    Memberships that would begin later are dropped: who withdraws is not enrolled again by an
    old plan.
    """
    merchant = _locked(merchant)
    ends = at or clock.now()
    ended = None
    for member in merchant.memberships.filter(period__overlap=DateTimeTZRange(ends, None)):
        if member.period.lower >= ends:
            _record("withdraw_merchant", member, by)
            member.delete()
            continue
        member.period = DateTimeTZRange(member.period.lower, ends)
        member.save(update_fields=["period"])
        _record("withdraw_merchant", member, by)
        ended = member
    return ended


def _locked(merchant: Merchant) -> Merchant:
    return Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)


def _record(verb: str, member: AllianceMembership, by: User | None) -> None:
    audit.record(
        by=by,
        verb=verb,
        subject=f"merchants.merchant:{member.merchant_id}",
        since=member.period.lower.isoformat(),
        until=member.period.upper and member.period.upper.isoformat(),
    )
