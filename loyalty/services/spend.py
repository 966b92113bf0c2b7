"""Spending: a member at the counter pays with points at any merchant of the alliance."""

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, earlier_answer
from district.merchants.models import Visit
from district.merchants.queries import require_live
from loyalty import ledger
from loyalty.models import Transfer


def spend_points(*, visit: Visit, points: int, request_no: str, actor: str, key: Key) -> Transfer:
    """Draw points, the oldest first, for the merchant of the store the member stands in.

    Wherever they were earned, they land with this merchant and are settled in money at the end
    of the cycle. Repeating the key gives the first answer also when the visit is over by then.

    Raises InsufficientPoints, KeyReused, RequestAlreadyPosted, VisitOver.
    """
    place = ledger.Place(merchant=visit.store.merchant_id, store=visit.store_id, actor=actor)
    try:
        require_live(visit)
    except DomainError as refusal:
        pk = earlier_answer(key, refusal)
    else:
        pk = ledger.spend(
            member=visit.member_id,
            place=place,
            points=points,
            request_no=request_no,
            key=key,
            at=clock.now(),
        )
    return Transfer.objects.select_related("store").get(pk=pk)
