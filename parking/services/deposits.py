"""Deposits of reservations: ordered, paid, given back."""

import logging

from django.db import transaction

from district.kernel import clock
from district.kernel.idempotency import Key
from district.payments import services as payments
from district.payments.errors import (
    OrderAlreadyPaid,
    RefundAboveTheRest,
    RefundTooLate,
    TooManyRefunds,
)
from district.payments.models import Order
from parking import procedures
from parking.models import Reservation

PURPOSE = "parking.deposit"
State = Reservation.State
logger = logging.getLogger("district.parking")


def order_deposit(*, reservation: int, channel: str) -> Order:
    """The order of a hold's deposit, to be paid while the place is held; in the caller's transaction.

    Raises AccountClosed, ChannelNotOffered.
    """
    row = Reservation.objects.select_related("pool__car_park__merchant", "member").get(
        pk=reservation
    )
    assert row.hold_expires_at is not None
    order = payments.place_order(
        channel=channel,
        purpose=PURPOSE,
        subject=row.public_id,
        member=row.member,
        description="停车预约定金",
        amount_fen=row.deposit_fen,
        expires_at=row.hold_expires_at,
        merchant=row.pool.car_park.merchant,
        key=Key.of("parking deposit", row.public_id),
    )
    Reservation.objects.filter(pk=row.pk).update(order=order)
    return order


@transaction.atomic
def note_deposit_paid(*, subject: str) -> Reservation:
    """The hold is confirmed; money for one that has ended meanwhile goes back. Again, also after the confirmed one was
    cancelled: nothing changes.
    """
    row = Reservation.objects.select_for_update(no_key=True).get(public_id=subject)
    if row.state == State.HELD:
        row.state, row.hold_expires_at = State.CONFIRMED, None
        row.save(update_fields=["state", "hold_expires_at"])
    elif row.hold_expires_at is not None:
        return_deposit(reservation=row, reason="预约未成立，退回定金")
    return row


def note_deposit_over(*, subject: str) -> bool:
    """Nobody can pay the deposit any more: the hold ends; whether it still stood."""
    pk = Reservation.objects.values_list("pk", flat=True).get(public_id=subject)
    return procedures.end_reservation(
        pk, from_states=[State.HELD], state=State.EXPIRED, at=clock.now()
    )


def return_deposit(*, reservation: Reservation, reason: str) -> bool:
    """The paid deposit goes back to its payer, once however often it is asked, less what a person gave back already;
    whether something does. What cannot be sent back any more is left to a person, and keeps no reservation from ending.
    """
    order = reservation.order
    if order is None or order.state != Order.State.PAID:
        return False
    amount_fen = order.amount_fen
    while amount_fen:
        try:
            payments.refund_payment(
                order=order,
                amount_fen=amount_fen,
                reason=reason,
                actor="app:parking",
                key=Key.of("parking deposit refund", order.public_id),
            )
        except RefundAboveTheRest as refusal:
            amount_fen = refusal.facts["left_fen"]
        except (RefundTooLate, TooManyRefunds):
            logger.exception("deposit not returned", extra={"reservation": reservation.pk})
            return False
        else:
            return True
    return False


def give_up_order(*, reservation: Reservation) -> None:
    """The deposit's order is not to be paid any more; what is paid all the same comes back."""
    order = reservation.order
    if order is None or not order.is_open:
        return
    try:
        payments.close_order(order=order)
    except OrderAlreadyPaid:
        # Its event says so, and `note_deposit_paid` returns the money.
        return
