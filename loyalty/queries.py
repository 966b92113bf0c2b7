"""What can be asked of the ledger; nothing here writes or locks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from district.kernel import clock
from district.kernel.errors import NotFound
from district.kernel.postgres import first_row, known_row
from district.members.models import Member
from district.members.queries import member_by_public_id
from district.merchants.errors import MemberNotFound
from loyalty.errors import NoTerms
from loyalty.models import Lot, MerchantTerms, PointsAccount, Receipt, Transfer

SOON = timedelta(days=90)


@dataclass(frozen=True)
class Expiring:
    """Points of one issuer that end at the same instant."""

    points: int
    expires_at: datetime
    issuer: str


@dataclass(frozen=True)
class Balance:
    """A member's points at an instant; what is past its day is already left out."""

    available: int
    held: int
    pending: int
    debt: int


@dataclass(frozen=True)
class Claim:
    """What one merchant owes another: points it issued and the other accepted, and their price."""

    issuer: int
    redeemer: int
    points: int
    milli_fen: int


def member_to_credit(public_id: str) -> Member:
    """The member a till names. Raises MemberNotFound for a closed or unknown one."""
    member = member_by_public_id(public_id)
    if member is None:
        raise MemberNotFound
    return member


def balance_of(member: Member, at: datetime | None = None) -> Balance:
    """The balance, right whether or not the sweep has run; zeros before the first receipt."""
    at = at or clock.now()
    dead = (
        Lot.objects.filter(account=OuterRef("pk"), remaining__gt=0, expires_at__lte=at)
        .order_by()
        .values("account")
        .annotate(points=Sum("remaining"))
        .values("points")
    )
    account = (
        PointsAccount.objects.filter(member=member)
        .annotate(dead=Coalesce(Subquery(dead), 0))
        .first()
    )
    if account is None:
        return Balance(0, 0, 0, 0)
    return Balance(account.available - account.dead, account.held, account.pending, account.debt)


def statement(member: Member) -> QuerySet[Transfer]:
    """The member's lines, to be ordered by `-seq`: without gaps, each with the balance after it."""
    return Transfer.objects.filter(account__member=member).select_related("store", "merchant")


def expiring_soon(member: Member, within: timedelta = SOON) -> list[Expiring]:
    """What ends within a time, soonest first, by instant and issuer: a calendar, not one date."""
    now = clock.now()
    lots = (
        Lot.objects.filter(
            account__member=member,
            remaining__gt=0,
            expires_at__gt=now,
            expires_at__lte=now + within,
        )
        .values("expires_at", "issuer__name")
        .annotate(points=Sum("remaining"))
        .order_by("expires_at", "issuer__name")
    )
    return [Expiring(lot["points"], lot["expires_at"], lot["issuer__name"]) for lot in lots]


def receipts() -> QuerySet[Receipt]:
    """Receipts with all that their answer shows, in one query."""
    return Receipt.objects.select_related("transfer", "store", "account__member")


def transfer_of_merchant(merchant: int, public_id: str) -> Transfer:
    """A transfer this merchant took part in. Raises NotFound for any other, existing or not."""
    transfer = Transfer.objects.filter(merchant=merchant, public_id=public_id).first()
    if transfer is None:
        raise NotFound
    return transfer


def terms_of(merchant: int, at: datetime) -> MerchantTerms:
    """The terms in force at an instant. Raises NoTerms."""
    row = first_row(_TERMS, merchant, at)
    if row is None:
        raise NoTerms
    return known_row(MerchantTerms, **dict(zip(_TERMS_COLUMNS, row, strict=True)))


def accounts_with_due_lots(at: datetime) -> QuerySet[PointsAccount]:
    due = Lot.objects.filter(remaining__gt=0, expires_at__lte=at).values("account")
    return PointsAccount.objects.filter(pk__in=due)


def clearing(
    *, since: datetime | None = None, until: datetime | None = None, merchants: Sequence[int] = ()
) -> list[Claim]:
    """Who owes whom for the points of a period: draws less what was given back, by issuer and redeemer.

    Points a merchant accepted of its own issue are left out: they cost nobody anything. A restore
    counts in the period it was posted in, so a closed period never changes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CLEARING,
            {"since": since, "until": until, "merchants": list(merchants) or None},
        )
        return [Claim(*map(int, row)) for row in cursor.fetchall()]


def clearing_of(merchant: int) -> int:
    """Points other merchants owe this one, less the points it owes them."""
    return sum(
        claim.points if claim.redeemer == merchant else -claim.points
        for claim in clearing(merchants=[merchant])
    )


# Asked at every receipt: without the ORM, which would take longer than the ledger itself.
_TERMS_COLUMNS = (
    "id", "merchant_id", "earn_points", "earn_per_fen", "price_milli_fen", "validity_months"
)  # fmt: skip
_TERMS = f"""
    select {", ".join(_TERMS_COLUMNS)} from loyalty_merchantterms
    where merchant_id = %s and valid @> %s
"""
_CLEARING = """
with moved as (
    select draw.lot_id, draw.redeemer_id, draw.points, transfer.at
    from loyalty_draw draw join loyalty_transfer transfer on transfer.id = draw.transfer_id
    union all
    select draw.lot_id, draw.redeemer_id, -restore.points, transfer.at
    from loyalty_restore restore
    join loyalty_draw draw on draw.id = restore.draw_id
    join loyalty_transfer transfer on transfer.id = restore.transfer_id
)
select lot.issuer_id, moved.redeemer_id, sum(moved.points), sum(moved.points * lot.price_milli_fen)
from moved join loyalty_lot lot on lot.transfer_id = moved.lot_id
where lot.issuer_id <> moved.redeemer_id
    and (%(since)s::timestamptz is null or moved.at >= %(since)s)
    and (%(until)s::timestamptz is null or moved.at < %(until)s)
    and (%(merchants)s::bigint[] is null
         or lot.issuer_id = any(%(merchants)s) or moved.redeemer_id = any(%(merchants)s))
group by lot.issuer_id, moved.redeemer_id having sum(moved.points) <> 0
order by lot.issuer_id, moved.redeemer_id
"""
