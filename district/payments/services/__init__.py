"""Everything payments do."""

from district.payments.services.accept_payment import accept_payment
from district.payments.services.ask_about_orders import (
    close_wanted_orders,
    query_order,
    query_silent_orders,
)
from district.payments.services.close_order import close_due_orders, close_order
from district.payments.services.fetch_bills import fetch_bills, want_bills
from district.payments.services.move_orders import move_orders
from district.payments.services.note_refund import close_refund, note_refund
from district.payments.services.place_order import place_order
from district.payments.services.prepare_payment import prepare_payment
from district.payments.services.reconcile import (
    explain_difference,
    reconcile_bill,
    reconcile_bills,
    settle_differences,
)
from district.payments.services.record_charge import record_charge
from district.payments.services.refund_payment import (
    approve_refund,
    propose_refund,
    refund_payment,
    reject_refund,
)
from district.payments.services.send_refunds import (
    abandon_refund,
    query_refund,
    query_refunds,
    send_refunds,
)

__all__ = [
    "abandon_refund",
    "accept_payment",
    "approve_refund",
    "close_due_orders",
    "close_order",
    "close_refund",
    "close_wanted_orders",
    "explain_difference",
    "fetch_bills",
    "move_orders",
    "note_refund",
    "place_order",
    "prepare_payment",
    "propose_refund",
    "query_order",
    "query_refund",
    "query_refunds",
    "query_silent_orders",
    "reconcile_bill",
    "reconcile_bills",
    "record_charge",
    "refund_payment",
    "reject_refund",
    "send_refunds",
    "settle_differences",
    "want_bills",
]
