"""Exchanging: a member on the phone gives points for something an app above hands out."""

from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member
from loyalty import ledger


def exchange_points(
    *, member: Member, merchant: int, points: int, reference: str, key: Key
) -> None:
    """Draw points, the oldest first, for a merchant but in no store of it, once per reference.

    Nobody is asked to confirm, because the member itself asks. Called in the transaction that hands
    out what the points are for, so that both happen or neither.

    Raises AccountFrozen, InsufficientPoints, KeyReused, RequestAlreadyPosted.
    """
    place = ledger.Place(merchant=merchant, store=None, actor=f"member:{member.pk}")
    ledger.spend(
        member=member.pk,
        place=place,
        points=points,
        request_no=reference,
        key=key,
        at=clock.now(),
    )
