"""The verbs of the business circle."""

from loyalty.business_circle.services.assign_shop_number import (
    assign_payment_store,
    assign_shop_number,
)
from loyalty.business_circle.services.credit_waiting_payments import (
    credit_waiting_payments,
    lapse_waiting_payments,
)
from loyalty.business_circle.services.note_authorization import note_authorization
from loyalty.business_circle.services.note_payment import note_payment
from loyalty.business_circle.services.note_refund import note_refund
from loyalty.business_circle.services.refresh_authorizations import refresh_authorizations
from loyalty.business_circle.services.reseal_openids import reseal_openids
from loyalty.business_circle.services.send_points_syncs import send_points_syncs

__all__ = [
    "assign_payment_store",
    "assign_shop_number",
    "credit_waiting_payments",
    "lapse_waiting_payments",
    "note_authorization",
    "note_payment",
    "note_refund",
    "refresh_authorizations",
    "reseal_openids",
    "send_points_syncs",
]
