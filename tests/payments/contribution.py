"""What the cross-cutting tests need to know of payments; see tests/contributions.py."""

from datetime import timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

from district.kernel import clock
from district.members.models import WechatIdentity
from district.payments import services as payments
from district.payments.channels import registry
from district.payments.channels.base import ChannelPayment, RefundAnswer, RefundState
from district.payments.channels.wechat import WechatChannel
from district.payments.models import BillDifference, BillRow, ChannelBill, ChannelCall, Order
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.payments.bank_channel import BankChannel, offer
from tests.payments.payment_steps import fresh_key
from tests.wechat.fixtures import APPID

PERMISSIONS = {"view_payments": "owner finance"}
_ORDER = "/api/v1/me/payments/{order}"
_PAY = "/api/v1/me/payments/{order}/pay"
_numbers = count(1)


def right_requests(store_visit: StoreVisit) -> RightRequests:
    offer(BankChannel())
    order = _place(store_visit.member)
    return RightRequests(ids={_ORDER: order.public_id, _PAY: order.public_id})


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    # This process has no mini-program; the server that is asked has one.
    WechatIdentity.objects.filter(member=store_visit.member).update(appid=APPID)

    def new_order() -> dict[str, str]:
        # The server that is asked is a merchant of WeChat's sandbox; here orders are only placed.
        with patch.dict(registry.FACTORIES, {WechatChannel.name: WechatChannel}):
            order = _place(store_visit.member, channel=WechatChannel.name)
        return {"order": order.public_id}

    return AimedRequests(named={_ORDER: new_order, _PAY: new_order})


def make_admin_rows(two_merchants: Any) -> None:
    """At both merchants a paid order with a refund and a proposal, one that waits, and a bill that differs."""
    offer(BankChannel())
    for side in two_merchants.sides:
        order = _place(two_merchants.member, merchant=side.merchant, amount_fen=90_000)
        _place(two_merchants.member, merchant=side.merchant)
        payment = payments.accept_payment(
            channel="bank",
            payment=ChannelPayment(
                order_number=order.number,
                transaction_id=f"T{order.number}",
                amount_fen=90_000,
                payer_total_fen=None,
                paid_at=clock.now(),
            ),
            source="notice",
        )
        _refund_and_propose(payment, two_merchants)
        ChannelCall.objects.create(
            at=clock.now(),
            channel="bank",
            operation="place",
            order=order,
            outcome="refused",
            code="RULE_LIMIT",
            duration_ms=12,
        )
    _make_bill(order)


def _refund_and_propose(payment: Any, two_merchants: Any) -> None:
    refund = payments.propose_refund(
        payment=payment, amount_fen=100, reason="多收", by=two_merchants.root, key=fresh_key()
    )
    payments.note_refund(
        channel="bank",
        answer=RefundAnswer(
            number=refund.number,
            refund_id="B1",
            transaction_id=payment.transaction_id,
            amount_fen=100,
            state=RefundState.ABNORMAL,
        ),
    )
    payments.propose_refund(
        payment=payment, amount_fen=50_000, reason="故障", by=two_merchants.root, key=fresh_key()
    )


def _make_bill(order: Order) -> None:
    bill = ChannelBill.objects.create(
        channel="bank", day=clock.business_day(clock.now()), payment_count=1, payment_fen=5
    )
    BillRow.objects.create(
        bill=bill,
        kind="payment",
        transaction_id="T1",
        order_number="P1",
        amount_fen=5,
        at=clock.now(),
    )
    BillDifference.objects.create(
        bill=bill,
        kind="missing_here",
        number="P1",
        transaction_id="T1",
        amount_fen=5,
        order=order,
        found_at=clock.now(),
    )


def _place(member: Any, **changed: Any) -> Order:
    terms = {
        "channel": "bank",
        "purpose": "parking.stay",
        "subject": f"停车-{next(_numbers)}",
        "member": member,
        "description": "停车费",
        "amount_fen": 1_500,
        "expires_at": clock.now() + timedelta(hours=1),
        "key": fresh_key(),
    }
    return payments.place_order(**terms | changed)
