"""What parking does when something happened below; each bears repetition."""

from typing import Any

from district.kernel.plugin import Listener
from district.members.events import MemberAbsorbed
from district.payments.events import OrderClosed, OrderPaid, PaymentRefunded
from loyalty.events import ReceiptRefunded
from parking import services as parking
from parking.services import arrears, deposits, pay_fees
from parking.wechat_parking import charges


def on_order_paid(event: dict[str, Any]) -> None:
    if event["purpose"] == deposits.PURPOSE:
        parking.note_deposit_paid(subject=event["subject"])
    elif event["purpose"] == pay_fees.PURPOSE:
        parking.note_fee_paid(subject=event["subject"])
        # Should a person have been faster.
        parking.note_payment_refunded(order=event["order"])
    elif event["purpose"] == arrears.PURPOSE:
        parking.note_arrears_paid(order=event["order"])


def on_payment_refunded(event: dict[str, Any]) -> None:
    if event["purpose"] in {pay_fees.PURPOSE, arrears.PURPOSE, charges.PURPOSE}:
        parking.note_payment_refunded(order=event["order"])


def on_order_closed(event: dict[str, Any]) -> None:
    if event["purpose"] == deposits.PURPOSE:
        parking.note_deposit_over(subject=event["subject"])
    elif event["purpose"] == pay_fees.PURPOSE:
        parking.note_fee_over(subject=event["subject"])


def on_member_absorbed(event: dict[str, Any]) -> None:
    parking.move_vehicles(source=event["source"], into=event["into"])
    parking.move_quotes(source=event["source"], into=event["into"])


def on_receipt_refunded(event: dict[str, Any]) -> None:
    parking.note_receipt_refunded(receipt=event["receipt"])


LISTENERS = (
    Listener(OrderPaid, on_order_paid, "parking.note_deposit_paid"),
    Listener(PaymentRefunded, on_payment_refunded, "parking.note_payment_refunded"),
    Listener(OrderClosed, on_order_closed, "parking.note_deposit_over"),
    Listener(MemberAbsorbed, on_member_absorbed, "parking.move_vehicles"),
    Listener(ReceiptRefunded, on_receipt_refunded, "parking.note_receipt_refunded"),
)
