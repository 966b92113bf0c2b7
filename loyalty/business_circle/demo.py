"""What the demo has of the business circle: a week of payments by WeChat in member stores, and what came of them.

The rows of the week are as WeChat would have reported and taken them: the stand-in for WeChat knows nothing of these
payments. Where it runs, it makes some more, today, and reports them by signed notices.
"""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.db.models import F

from district.kernel import clock
from district.kernel.idempotency import Key
from district.members import queries as members
from district.members.models import Member, WechatIdentity
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.models import Authorization, MallPayment, PointsSync
from loyalty.business_circle.values import (
    ReportedAuthorization,
    ReportedPayment,
    ReportedRefund,
)

FIRST_DAY, PAYMENTS_A_DAY = 6, 8
_SUMS_FEN = (1_880, 3_600, 5_280, 8_800, 12_680, 26_000, 45_900)
_LONG = timedelta(days=365)


def play_payments(context: Any) -> None:
    """Members authorise and pay, some get a part back; two shops are unknown, somebody has not joined."""
    first, second = context.main_merchants
    stores = [*first.stores, *second.stores]
    people = list(islice(context.member_cycle(), PAYMENTS_A_DAY))
    with context.travel_to(FIRST_DAY + 1, 12):
        for member in people:
            _authorize(member)
    for days_ago in range(FIRST_DAY, -1, -1):
        for number, member in enumerate(people):
            with clock.travel_to(context.at(days_ago, 11 + number, 9 * number % 60)):
                store = stores[(days_ago + number) % len(stores)]
                fen = _SUMS_FEN[(3 * days_ago + number) % len(_SUMS_FEN)]
                payment = _pay(_openid_of(member), store.public_id, store.name, fen, number)
                if number == 0:
                    _refund(payment, fen // 2)
    with context.travel_to(2, 15):
        business_circle.assign_shop_number(
            shop_number="B1-07",
            store=stores[0],
            by=context.operator,
            key=Key.of("demo:business_circle", "B1-07"),
        )
    with context.travel_to(0, 20, 30):
        _play_what_waits(people)
    _leave_alone()


def _play_what_waits(people: list[Member]) -> None:
    for number, (shop_number, shop_name) in enumerate([("A2-17", "面包坊"), ("", "鲜花铺")]):
        _pay(_openid_of(people[number]), shop_number, shop_name, 6_600, 20 + number)
    _pay("demo-stranger", "B1-07", "奶茶", 1_500, 22)
    # Another sum than we know: a person looks.
    known = MallPayment.objects.filter(state=MallPayment.State.CREDITED).latest("pk")
    _refund(known, 100, payment_fen=known.amount_fen + 1)


def _openid_of(member: Member) -> str:
    openid_hash = WechatIdentity.objects.filter(member=member).values_list("openid_hash", flat=True)
    return members.openid_with_hash(bytes(openid_hash[0])) or ""


def _authorize(member: Member) -> None:
    business_circle.note_authorization(
        authorization=ReportedAuthorization(
            openid=_openid_of(member), kind="REGISTERED_MODE", authorized_at=clock.now()
        )
    )


def _pay(
    openid: str, shop_number: str, shop_name: str, amount_fen: int, number: int
) -> MallPayment:
    at: datetime = clock.now()
    return business_circle.note_payment(
        payment=ReportedPayment(
            transaction_id=f"4200{at:%Y%m%d%H%M}{number:012}",
            openid=openid,
            amount_fen=amount_fen,
            paid_at=at,
            shop_number=shop_number,
            shop_name=shop_name,
            is_requested=number % 3 == 0,
        )
    )


def _refund(payment: MallPayment, refund_fen: int, *, payment_fen: int | None = None) -> None:
    business_circle.note_refund(
        refund=ReportedRefund(
            refund_id=f"5030{payment.transaction_id[4:]}{refund_fen % 2}",
            transaction_id=payment.transaction_id,
            refund_fen=refund_fen,
            payment_fen=payment_fen or payment.amount_fen,
            refunded_at=clock.now(),
        )
    )


def _leave_alone() -> None:
    """WeChat has what was decided; nobody asks it about these people."""
    PointsSync.objects.update(synced_at=F("decided_at"))
    decided = MallPayment.objects.exclude(decided_at=None)
    decided.update(openid_sealed=None, master_version=None)
    Authorization.objects.update(next_attempt_at=clock.real_now() + _LONG)


def play_notices(context: Any) -> None:
    """Payments and a refund of now, and a notice sent to the wrong address, which a person finds in the end."""
    if urlsplit(settings.WECHAT_BASE).hostname != "127.0.0.1":
        return
    address = urljoin(f"{settings.PUBLIC_URL}/", "wechat/business-circle/notices")
    stores = [store for merchant in context.main_merchants for store in merchant.stores]
    _ask_sandbox("pay-settings", mall_notify_url=address)
    for number, fen in enumerate(_SUMS_FEN):
        person = f"demo-{1 + number % 5}"
        _ask_sandbox("pay-mall-authorize", person=person)
        shop = {"shop_number": stores[number % len(stores)].public_id, "amount_fen": fen}
        payment = _ask_sandbox("pay-mall-payment", person=person, **shop)
    _ask_sandbox(
        "pay-mall-refund", transaction_id=payment["transaction_id"], refund_fen=_SUMS_FEN[0]
    )
    wrong_address = urljoin(f"{settings.PUBLIC_URL}/", "wechat/pay/notices")
    try:
        _ask_sandbox("pay-settings", mall_notify_url=wrong_address)
        _ask_sandbox("pay-mall-payment", person="demo-1", **shop)
    finally:
        _ask_sandbox("pay-settings", mall_notify_url=address)


def _ask_sandbox(act: str, **fields: Any) -> dict[str, Any]:
    address = urljoin(settings.WECHAT_BASE, f"_control/{act}")
    answer = requests.post(address, json=fields, timeout=10)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


CHAPTERS = [
    ("payments by WeChat in member stores", play_payments),
    ("notices from the stand-in for WeChat", play_notices),
]
