"""Payments in the back office: read and followed from end to end; money moves by refunds alone."""

from district.payments.admin import health
from district.payments.admin.bills import BillDifferenceAdmin, ChannelBillAdmin
from district.payments.admin.calls import ChannelCallAdmin
from district.payments.admin.orders import OrderAdmin
from district.payments.admin.payments import PaymentAdmin
from district.payments.admin.proposals import RefundProposalAdmin
from district.payments.admin.refunds import PaymentRefundAdmin

__all__ = [
    "BillDifferenceAdmin",
    "ChannelBillAdmin",
    "ChannelCallAdmin",
    "OrderAdmin",
    "PaymentAdmin",
    "PaymentRefundAdmin",
    "RefundProposalAdmin",
    "health",
]
