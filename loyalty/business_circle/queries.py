"""What can be asked about the business circle; nothing here writes or locks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum

from district.kernel import clock
from district.kernel.database.postgres import first_row
from district.members.models import WechatIdentity
from district.merchants.models import Store
from loyalty.business_circle.models import (
    Authorization,
    MallPayment,
    MallRefund,
    PointsSync,
    ShopNumber,
)
from loyalty.models import PointsAccount, Receipt

# Asked for every payment, without the ORM: the same as `store_of_shop_number`.
_STORE_NUMBERS = """
    select id, merchant_id from merchants_store where id = coalesce(
        (select id from merchants_store where public_id = %s),
        (select store_id from business_circle_shopnumber where shop_number = %s))
"""
# How far the clocks of a till and of WeChat may be apart; loyalty/sql/earn.sql has the same.
MAX_TIME_APART = timedelta(minutes=10)
# A sync that is older than that is late: the first repetitions have all failed.
LATE_AFTER = timedelta(minutes=30)


def store_of_shop_number(shop_number: str) -> Store | None:
    """The store that is meant: by our own public id, else as a person decided."""
    number = shop_number.strip()
    if not number:
        return None
    stores = Store.objects.select_related("merchant")
    own = stores.filter(public_id=number).first()
    return own or stores.filter(pk__in=_assigned(number)).first()


def numbers_of_store(shop_number: str) -> tuple[int, int] | None:
    """The numbers of that store and of its merchant, for a payment that may be credited by one call."""
    row: tuple[int, int] | None = first_row(_STORE_NUMBERS, shop_number, shop_number)
    return row


def receipt_of_same_purchase(*, account: int, store: int, payment: MallPayment) -> Receipt | None:
    """The receipt by which this purchase has earned, though a till or a paper knows another number of it.

    The same member, store and sum, paid at about the same time; the nearest that is no other payment's.
    """
    # By the account's own index: receipts of a store or an hour are many.
    merged = PointsAccount.objects.filter(merged_into=account).values_list("pk", flat=True)
    rows = Receipt.objects.filter(
        account__in=[account, *merged],
        store=store,
        paid_fen=payment.amount_fen,
        freed=False,
        paid_at__gte=payment.paid_at - MAX_TIME_APART,
        paid_at__lte=payment.paid_at + MAX_TIME_APART,
        mall_payments=None,
    ).exclude(source=Receipt.Source.WECHAT)
    return min(rows, key=lambda receipt: abs(receipt.paid_at - payment.paid_at), default=None)


def waiting_payments() -> QuerySet[MallPayment]:
    return MallPayment.objects.filter(state__in=MallPayment.WAITING)


def decidable_payments() -> QuerySet[MallPayment]:
    """Waiting payments whose member has joined, or whose store is known by now."""
    joined = WechatIdentity.objects.filter(openid_hash=OuterRef("openid_hash"))
    assigned = ShopNumber.objects.filter(shop_number=OuterRef("shop_number"))
    own = Store.objects.filter(public_id=OuterRef("shop_number"))
    return MallPayment.objects.filter(
        (Q(state=MallPayment.State.WAITING_FOR_MEMBER) & Exists(joined))
        | (Q(state=MallPayment.State.WAITING_FOR_STORE) & (Exists(assigned) | Exists(own)))
    )


def lapsed_payments(at: datetime) -> QuerySet[MallPayment]:
    """Payments that have waited as long as they may."""
    return waiting_payments().filter(waits_until__lte=at)


def authorizations_to_ask_about() -> QuerySet[Authorization]:
    return Authorization.objects.filter(state=Authorization.State.AUTHORIZED)


@dataclass(frozen=True)
class SyncBacklog:
    """Points that WeChat does not know of yet."""

    waiting: int
    oldest_decided_at: datetime | None
    late: int
    set_aside_count: int


def sync_backlog() -> SyncBacklog:
    """How many syncs wait, since when, and how many are late or left to a person."""
    late = Q(decided_at__lte=clock.now() - LATE_AFTER, set_aside_at=None)
    found = PointsSync.objects.filter(synced_at=None).aggregate(
        waiting=Count("pk"),
        oldest=Min("decided_at"),
        late=Count("pk", filter=late),
        aside=Count("pk", filter=Q(set_aside_at__isnull=False)),
    )
    return SyncBacklog(found["waiting"], found["oldest"], found["late"], found["aside"])


@dataclass(frozen=True)
class MallWorkForPeople:
    """What no worker does any more."""

    payments_without_store: int
    refunds_to_check: int
    syncs_set_aside: int
    syncs_late: int


def work_for_people() -> MallWorkForPeople:
    """How much waits for a person."""
    backlog = sync_backlog()
    return MallWorkForPeople(
        payments_without_store=MallPayment.objects.filter(
            state=MallPayment.State.WAITING_FOR_STORE
        ).count(),
        refunds_to_check=MallRefund.objects.filter(state=MallRefund.State.REFUSED).count(),
        syncs_set_aside=backlog.set_aside_count,
        syncs_late=backlog.late,
    )


@dataclass(frozen=True)
class UnmatchedShop:
    """A shop as typed at WeChat that matches no store, and the payments that wait for it."""

    shop_number: str
    shop_name: str
    payments: int
    amount_fen: int
    first_paid_at: datetime


def unmatched_shops(*, limit: int = 100) -> list[UnmatchedShop]:
    """Those with the most money first."""
    waiting = MallPayment.objects.filter(state=MallPayment.State.WAITING_FOR_STORE)
    grouped = waiting.order_by().values("shop_number", "shop_name")
    sums = grouped.annotate(
        payments=Count("pk"), fen=Sum("amount_fen"), first_paid_at=Min("paid_at")
    )
    return [
        UnmatchedShop(
            row["shop_number"], row["shop_name"], row["payments"], row["fen"], row["first_paid_at"]
        )
        for row in sums.order_by("-fen", "shop_number", "shop_name")[:limit]
    ]


def payments_by_state(days: int) -> list[tuple[str, int, int]]:
    """The label of each state with how many payments of the last days are in it, and their sum in fen."""
    since = clock.now() - timedelta(days=days)
    rows = MallPayment.objects.filter(received_at__gte=since).order_by().values("state")
    sums = {row["state"]: row for row in rows.annotate(count=Count("pk"), fen=Sum("amount_fen"))}
    none = {"count": 0, "fen": 0}
    return [
        (str(label), sums.get(state, none)["count"], sums.get(state, none)["fen"])
        for state, label in MallPayment.State.choices
    ]


def assigned_store_of(payment: MallPayment) -> Store | None:
    """The store of a payment: as a person said for it, else by its shop number."""
    return payment.store or store_of_shop_number(payment.shop_number)


def _assigned(number: str) -> QuerySet[ShopNumber, int]:
    return ShopNumber.objects.filter(shop_number=number).values_list("store_id", flat=True)
