"""Spending: a member at the counter pays with points at any merchant of the alliance."""

from datetime import timedelta

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, kind_of, replay_or_raise
from district.merchants.models import Visit
from district.merchants.queries import require_live
from loyalty import procedures, queries, values
from loyalty.models import Hold, Transfer
from loyalty.results import TransferResult, transfer_result


def spend_points(
    *, visit: Visit, points: int, request_no: str, actor: str, key: Key
) -> TransferResult | Hold:
    """Draw points, the oldest first, for the merchant of the store the member stands in.

    Wherever they were earned, they land with this merchant and are settled in money at the end
    of the cycle. From the number of points on that the alliance's rules name, the points are only
    set aside and the member asked to confirm on the phone: then a hold comes back. Repeating the
    key gives the first answer also when the visit is over by then or the rules changed.

    Raises AccountFrozen, InsufficientPoints, KeyReused, RequestAlreadyPosted, VisitOver.
    """
    at = clock.now()
    context = values.PostingContext(
        merchant=visit.store.merchant_id, store=visit.store_id, actor=actor
    )
    try:
        require_live(visit)
    except DomainError as refusal:
        return _load_result(replay_or_raise(key, refusal), key)
    alliance = queries.alliance_policy_at(at)
    if alliance.confirm_from is not None and points >= alliance.confirm_from:
        request = values.HoldRequest(
            points=points,
            request_no=request_no,
            purpose=Hold.Purpose.CONFIRM,
            expires_at=at + timedelta(minutes=alliance.confirm_minutes),
            grace_days=alliance.grace_days,
        )
        pk = procedures.hold(
            member=visit.member_id, context=context, request=request, key=key, at=at
        )
        return _load_result(pk, key)
    posted = procedures.spend(
        member=visit.member_id,
        context=context,
        points=points,
        request_no=request_no,
        key=key,
        at=at,
    )
    if posted.repeated:
        return _load_result(posted.pk, key)
    return TransferResult(
        pk=posted.pk,
        public_id=posted.public_id,
        kind=Transfer.Kind.SPEND,
        points=points,
        available_after=posted.available,
        reverses=None,
        at=at,
    )


def _load_result(pk: int, key: Key) -> TransferResult | Hold:
    if kind_of(key) == "hold":
        return queries.holds().get(pk=pk)
    return transfer_result(Transfer.objects.get(pk=pk))
