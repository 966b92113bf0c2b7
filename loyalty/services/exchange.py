"""Exchanging: a member on the phone gives points for something an app above hands out, and undoing it."""

from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member
from loyalty import procedures, values
from loyalty.models import Transfer


def exchange_points(
    *, member: Member, merchant: int, points: int, reference: str, key: Key
) -> None:
    """Draw points, the oldest first, for a merchant but in no store of it, once per reference.

    Nobody is asked to confirm, because the member itself asks. Called in the transaction that hands
    out what the points are for, so that both happen or neither.

    Raises AccountFrozen, InsufficientPoints, KeyReused, RequestAlreadyPosted.
    """
    context = values.PostingContext(merchant=merchant, store=None, actor=f"member:{member.pk}")
    procedures.spend(
        member=member.pk,
        context=context,
        points=points,
        request_no=reference,
        key=key,
        at=clock.now(),
    )


def undo_exchange(*, merchant: int, reference: str, reason: str, actor: str, key: Key) -> Transfer:
    """Give back the points of an exchange, all of them once, to the lots they came from; the line of the
    statement. What died meanwhile dies now. Called in the transaction that takes back what the points
    were for.

    Raises KeyReused, TransferNotReversible.
    """
    spent = Transfer.objects.get(
        kind=Transfer.Kind.SPEND, merchant=merchant, store=None, reference=reference
    )
    pk = procedures.reverse_spending(
        transfer=spent.pk,
        points=None,
        store=None,
        actor=actor,
        reason=reason,
        key=key,
        at=clock.now(),
    )
    return Transfer.objects.get(pk=pk)
