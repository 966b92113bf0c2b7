"""Steps of the tests of the business circle: what WeChat reports, what tills report, and what is then there."""

from itertools import count

from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import WechatIdentity
from district.wechat.gateway import WechatSession
from loyalty import services as loyalty
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.models import MallPayment, MallRefund, PointsSync
from loyalty.business_circle.values import (
    ReportedAuthorization,
    ReportedPayment,
    ReportedRefund,
)
from loyalty.models import PointsAccount, Receipt
from loyalty.values import ReportedPurchase

OPENID = "oLin-0001"
_numbers = count(1)


def fresh_key(**terms):
    return Key.of("test", f"mall{next(_numbers)}", **terms)


def number(prefix="42"):
    return f"{prefix}{next(_numbers):026}"


def authorize(openid=OPENID, at=None, kind="REGISTERED_MODE"):
    """A person authorises in the mini-program."""
    return business_circle.note_authorization(
        authorization=ReportedAuthorization(
            openid=openid, kind=kind, authorized_at=at or clock.now()
        )
    )


def paid(store=None, **changed):
    """A payment as WeChat reports it, of ¥126.80 unless told otherwise."""
    values = {
        "transaction_id": number(),
        "openid": OPENID,
        "amount_fen": 12_680,
        "paid_at": clock.now(),
        "shop_number": store.public_id if store else "",
        "shop_name": store.name if store else "奶茶",
        "is_requested": False,
    }
    return ReportedPayment(**values | changed)


def note(payment):
    return business_circle.note_payment(payment=payment)


def pay(store=None, **changed):
    """A payment that WeChat has reported."""
    return note(paid(store, **changed))


def refunded(payment, fen, **changed):
    """A refund as WeChat reports it, of a payment or of what is yet to be reported as one."""
    values = {
        "refund_id": number("50"),
        "transaction_id": payment.transaction_id,
        "refund_fen": fen,
        "payment_fen": payment.amount_fen,
        "refunded_at": clock.now(),
    }
    return ReportedRefund(**values | changed)


def note_refund(refund):
    return business_circle.note_refund(refund=refund)


def report_at_till(member, store, *, paid_fen=12_680, paid_at=None, no="", source="till"):
    """The till reports a purchase, by its own number of it."""
    purchase = ReportedPurchase(
        receipt_no=no or f"T{next(_numbers)}",
        paid_fen=paid_fen,
        paid_at=paid_at or clock.now(),
        source=source,
    )
    return loyalty.earn_points(
        store=store, member=member, purchase=purchase, actor="till:1", key=fresh_key()
    )


def member_of(openid=OPENID):
    """Who came with this WeChat account."""
    found_by = WechatSession(openid=openid).openid_hash
    return WechatIdentity.objects.get(openid_hash=found_by).member


def points_of(member):
    account = PointsAccount.objects.filter(pk=member.pk).first()
    return (account.available, account.debt) if account else (0, 0)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def end_state():
    """What everything came to, whatever the order it came in."""
    return {
        "accounts": sorted(PointsAccount.objects.values_list("available", "pending", "debt")),
        "receipts": sorted(
            Receipt.objects.values_list("receipt_no", "granted", "clawed", "refunded_fen")
        ),
        "payments": sorted(MallPayment.objects.values_list("transaction_id", "state", "reason")),
        "refunds": sorted(MallRefund.objects.values_list("refund_id", "state", "reason")),
        "syncs": sorted(
            PointsSync.objects.values_list(
                "payment__transaction_id", "is_earned", "increased_points"
            )
        ),
    }
