"""Orders, payments, refunds, calls to the channels, daily bills and what differs in them."""

from district.payments.models.bill import BillDifference, BillRow, ChannelBill
from district.payments.models.call import ChannelCall
from district.payments.models.order import Order
from district.payments.models.payment import Payment
from district.payments.models.refund import PaymentRefund, RefundProposal

__all__ = [
    "BillDifference",
    "BillRow",
    "ChannelBill",
    "ChannelCall",
    "Order",
    "Payment",
    "PaymentRefund",
    "RefundProposal",
]
