"""What can be asked about complaints of WeChat; nothing here writes or locks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from credit.wechat_complaints.models import WechatComplaint, WechatItem, WechatPayer, WechatReply
from district.kernel import clock
from district.members.models import WechatIdentity
from district.merchants.models import Store
from district.payments.models import Payment
from loyalty.business_circle.models import MallPayment
from loyalty.business_circle.queries import assigned_store_of

# By when WeChat wants the first reply, from memory of its rules; the merchant's 48 hours are a clock of the case.
FIRST_REPLY_WITHIN = timedelta(hours=24)
# Behind the first repetitions of a call.
LATE_AFTER = timedelta(minutes=30)
# Money that was promised and is not there.
MONEY_WITHIN = timedelta(days=3)
PENDING, PROCESSED = "PENDING", "PROCESSED"


def complaints_to_read() -> QuerySet[WechatComplaint]:
    """Those of which WeChat said something that was not read yet."""
    return WechatComplaint.objects.filter(fetched_version__lt=F("asked_version"))


def replies_to_send() -> QuerySet[WechatReply]:
    """The first of each complaint that waits, but for an end before the money is there."""
    earlier = WechatReply.objects.filter(
        complaint=OuterRef("complaint"), state=WechatReply.State.WAITING, pk__lt=OuterRef("pk")
    )
    waiting = WechatReply.objects.filter(state=WechatReply.State.WAITING)
    return waiting.filter(
        ~Exists(earlier), Q(awaits_money=False) | Q(complaint__is_fully_refunded=True)
    )


def payers_who_joined() -> QuerySet[WechatPayer]:
    """Payers with a stand-in who are members by now."""
    joined = WechatIdentity.objects.filter(openid_hash=OuterRef("openid_hash"))
    return WechatPayer.objects.filter(Exists(joined), is_absent=True)


def store_of_payment(transaction_id: str) -> Store | None:
    """Where a payment was made: in a member store of the district, or by an order of a merchant with one open store."""
    in_mall = MallPayment.objects.select_related("store").filter(transaction_id=transaction_id)
    if (payment := in_mall.first()) is not None:
        return assigned_store_of(payment)
    paid = Payment.objects.filter(channel="wechat", transaction_id=transaction_id)
    merchant = paid.values_list("order__merchant", flat=True).first()
    if merchant is None:
        return None
    stores = list(Store.objects.filter(merchant=merchant, state=Store.State.OPEN)[:2])
    return stores[0] if len(stores) == 1 else None


def receipt_no_of_payment(transaction_id: str, *, member: int, store: int) -> str:
    """The number under which the ledger knows this purchase of a member at a store; empty where it does not."""
    receipts = MallPayment.objects.filter(
        transaction_id=transaction_id,
        receipt__account=member,
        receipt__store=store,
        receipt__freed=False,
    )
    return receipts.values_list("receipt__receipt_no", flat=True).first() or ""


@dataclass(frozen=True)
class WechatComplaintWork:
    """What no worker does, or should have done by now."""

    waiting_for_person: int
    items_for_person: int
    unanswered: int
    reading_set_aside: int
    replies_waiting: int
    replies_late: int
    replies_set_aside: int
    money_late: int


def work_for_people() -> WechatComplaintWork:
    """How much waits, and what is late."""
    now = clock.now()
    complaints = WechatComplaint.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=WechatComplaint.WAITING)),
        unanswered=Count("pk", filter=is_unanswered(now)),
        aside=Count("pk", filter=Q(set_aside_at__isnull=False)),
    )
    late = Q(set_aside_at=None, awaits_money=False, created_at__lte=now - LATE_AFTER)
    replies = WechatReply.objects.filter(state=WechatReply.State.WAITING).aggregate(
        waiting=Count("pk"),
        late=Count("pk", filter=late),
        aside=Count("pk", filter=Q(set_aside_at__isnull=False)),
        money=Count("pk", filter=Q(awaits_money=True, created_at__lte=now - MONEY_WITHIN)),
    )
    items = WechatItem.objects.filter(state=WechatItem.State.FOR_PERSON).count()
    return WechatComplaintWork(
        waiting_for_person=complaints["waiting"],
        items_for_person=items,
        unanswered=complaints["unanswered"],
        reading_set_aside=complaints["aside"],
        replies_waiting=replies["waiting"],
        replies_late=replies["late"],
        replies_set_aside=replies["aside"],
        money_late=replies["money"],
    )


@dataclass(frozen=True)
class RepeatComplaints:
    """Complaints of some days, and those by payers who had complained before: WeChat's measure of quality."""

    complaints: int
    repeated: int


def repeat_complaints(days: int) -> RepeatComplaints:
    """By when they were made."""
    since = clock.now() - timedelta(days=days)
    found = WechatComplaint.objects.filter(complained_at__gte=since).aggregate(
        all=Count("pk"), repeated=Count("pk", filter=Q(complaint_times__gt=1))
    )
    return RepeatComplaints(found["all"], found["repeated"])


def is_unanswered(now: datetime) -> Q:
    """Complaints that nobody has replied to within WeChat's term."""
    return Q(pay_state=PENDING, complained_at__lte=now - FIRST_REPLY_WITHIN)
