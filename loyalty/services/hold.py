"""Holds: points set aside for a merchant, then captured, voided or, in the end, released by themselves."""

from datetime import datetime, timedelta

from district.kernel import clock
from district.kernel.errors import DomainError, NotFound
from district.kernel.idempotency import Key, replay_or_raise
from district.members.models import Member
from district.merchants.models import Store, Visit
from district.merchants.queries import require_live
from loyalty import procedures, queries, values
from loyalty.errors import HoldNeedsMember, HoldTooLong, HoldWaitsForMember
from loyalty.models import Hold


def hold_points(
    *, visit: Visit, points: int, request_no: str, minutes: int, actor: str, key: Key
) -> Hold:
    """Set points aside for the merchant of the store the member stands in, for so many minutes.

    Only what a till may take without asking the member: what it captures nobody confirms.

    Raises AccountFrozen, HoldNeedsMember, HoldTooLong, InsufficientPoints, KeyReused, RequestAlreadyPosted, VisitOver.
    """
    at = clock.now()
    context = values.PostingContext(
        merchant=visit.store.merchant_id, store=visit.store_id, actor=actor
    )
    try:
        require_live(visit)
        alliance = queries.alliance_policy_at(at)
        if minutes > alliance.hold_minutes:
            raise HoldTooLong(minutes=alliance.hold_minutes)
        if alliance.confirm_from is not None and points >= alliance.confirm_from:
            raise HoldNeedsMember(confirm_from=alliance.confirm_from)
    except DomainError as refusal:
        pk = replay_or_raise(key, refusal)
    else:
        request = values.HoldRequest(
            points=points,
            request_no=request_no,
            purpose=Hold.Purpose.TILL,
            expires_at=at + timedelta(minutes=minutes),
            grace_days=alliance.grace_days,
        )
        pk = procedures.hold(
            member=visit.member_id, context=context, request=request, key=key, at=at
        )
    return queries.holds().get(pk=pk)


def hold_points_on_phone(
    *, member: Member, store: Store, points: int, request_no: str, expires_at: datetime, key: Key
) -> Hold:
    """Set points aside that the member itself asks for on the phone, for a store of the merchant that will have them.

    Nobody is asked to confirm. Called in the transaction of the app that they pay for.

    Raises AccountFrozen, InsufficientPoints, KeyReused, RequestAlreadyPosted.
    """
    at = clock.now()
    pk = procedures.hold(
        member=member.pk,
        context=values.PostingContext(
            merchant=store.merchant_id, store=store.pk, actor=f"member:{member.pk}"
        ),
        request=values.HoldRequest(
            points=points,
            request_no=request_no,
            purpose=Hold.Purpose.TILL,
            expires_at=expires_at,
            grace_days=queries.alliance_policy_at(at).grace_days,
        ),
        key=key,
        at=at,
    )
    return queries.holds().get(pk=pk)


def capture_hold(*, hold: Hold, points: int, actor: str, key: Key) -> Hold:
    """Spend some or all of a hold; the rest goes back to the member. Once only.

    Raises AccountFrozen, HoldNotOpen, HoldTooSmall, HoldWaitsForMember, KeyReused.
    """
    if hold.purpose == Hold.Purpose.CONFIRM:
        raise HoldWaitsForMember
    return _resolve(hold, points=points, actor=actor, key=key)


def void_hold(*, hold: Hold, actor: str, key: Key) -> Hold:
    """Give a hold's points back to the member. Once only.

    Raises HoldNotOpen, KeyReused.
    """
    return _resolve(hold, points=None, actor=actor, key=key)


def confirm_spending(*, hold: Hold, member: Member, key: Key) -> Hold:
    """The member agrees on the phone to a spending that waits for it.

    Raises AccountFrozen, HoldNotOpen, KeyReused, NotFound.
    """
    _require_waits_for_member(hold, member)
    return _resolve(hold, points=hold.points, actor=f"member:{member.pk}", key=key)


def decline_spending(*, hold: Hold, member: Member, key: Key) -> Hold:
    """The member refuses on the phone a spending that waits for it.

    Raises HoldNotOpen, KeyReused, NotFound.
    """
    _require_waits_for_member(hold, member)
    return _resolve(hold, points=None, actor=f"member:{member.pk}", key=key)


def _require_waits_for_member(hold: Hold, member: Member) -> None:
    if hold.account_id != member.pk or hold.purpose != Hold.Purpose.CONFIRM:
        raise NotFound


def _resolve(hold: Hold, *, points: int | None, actor: str, key: Key) -> Hold:
    pk = procedures.resolve_hold(hold=hold.pk, points=points, actor=actor, key=key, at=clock.now())
    return queries.holds().get(pk=pk)
