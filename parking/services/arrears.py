"""What was left unpaid of a stay: opened, ordered, paid. No car is kept in for it.

Whoever changes what a stay owes locks the stay first.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from district.kernel import clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import Member
from district.payments import services as payments
from district.payments.errors import OrderAlreadyPaid
from district.payments.models import Order, Payment
from parking.arrears_errors import ArrearsClosed
from parking.fee_posting import lock_stay
from parking.models import Arrears, ParkingQuote, Stay
from parking.queries.arrears import arrears, debtor_of, due_fen_of, owed_fen
from parking.queries.reservations import shopper_record
from parking.services.pay_fees import record_money

State, Cause = Arrears.State, Arrears.Cause
PURPOSE = "parking.arrears"
# Who may pay after leaving has so long.
PAID_AFTER_LEAVING_WITHIN = timedelta(hours=24)
_PAY_WITHIN = timedelta(minutes=30)


def open_arrears(*, stay: Stay, is_charge_failed: bool = False) -> Arrears | None:
    """What a locked stay that is over owes, if anything; again, nothing changes. None while the car is inside.

    What was paid, or was not owed, is asked for anew once the stay owes something after all, by late events or a
    payment that came to nothing; what was written off is not.
    """
    if stay.left_at is None:
        return None
    at = clock.now()
    amount_fen = owed_fen(stay, stay.left_at)
    if amount_fen <= 0:
        return None
    member = debtor_of(stay)
    opened = {
        "member": member,
        "cause": Cause.CHARGE_FAILED if is_charge_failed else Cause.LEFT_UNPAID,
        "amount_fen": amount_fen,
        "opened_at": at,
        "due_at": at if is_charge_failed else _due_at(stay, member, at),
    }
    row, created = Arrears.objects.get_or_create(stay=stay, defaults=opened)
    if not created and row.state in {State.PAID, State.WITHDRAWN}:
        Arrears.objects.filter(pk=row.pk).update(state=State.OPEN, closed_at=None, **opened)
        row.refresh_from_db()
    elif row.state == State.OPEN and row.amount_fen != amount_fen:
        row.amount_fen = amount_fen
        row.save(update_fields=["amount_fen"])
    return row


def settle_arrears(*, stay: Stay) -> None:
    """Of a locked stay to which money came, or whose events changed: its open arrears are as much as it owes.

    Nothing more: they are paid, or were none where nothing was paid after the car had left.
    """
    row = Arrears.objects.select_for_update(no_key=True).filter(stay=stay, state=State.OPEN).first()
    if row is None:
        return
    left_fen = 0 if stay.left_at is None else owed_fen(stay, stay.left_at)
    if left_fen <= 0:
        close_arrears(row, State.PAID if _was_paid_afterwards(stay) else State.WITHDRAWN)
    elif left_fen != row.amount_fen:
        row.amount_fen = left_fen
        row.save(update_fields=["amount_fen"])


def close_arrears(arrears: Arrears, state: str) -> None:
    """Nobody is asked for a locked row any more, nor can its order be paid; what is paid all the same goes back."""
    arrears.state, arrears.closed_at = state, clock.now()
    arrears.save(update_fields=["state", "closed_at"])
    close_order_of(arrears)


def close_order_of(arrears: Arrears) -> None:
    """Its order is not to be paid any more."""
    if arrears.order is not None and arrears.order.is_open:
        try:
            payments.close_order(order=arrears.order)
        except OrderAlreadyPaid:
            # Its event books the money, or sends it back.
            return


def pay_arrears(*, arrears: Arrears, channel: str = "wechat") -> Arrears:
    """The order by which its member pays it, for half an hour; asked for again, the same one while it is open.

    What came for it meanwhile is booked first, and stays so where that was all.

    Raises AccountClosed, ArrearsClosed, ChannelNotOffered.
    """
    _catch_up(arrears.pk)
    return _order_arrears(arrears.pk, channel)


@transaction.atomic
def _catch_up(pk: int) -> None:
    """A payment whose event is on the way, and what settled the stay some other way."""
    row = _lock(pk)
    if row.order is not None and row.order.accepted_payment is not None:
        book_money(stay=row.stay, payment=row.order.accepted_payment, at=clock.now())
    settle_arrears(stay=row.stay)


@transaction.atomic
def _order_arrears(pk: int, channel: str) -> Arrears:
    row = _lock(pk)
    if row.state != State.OPEN or row.member is None:
        raise ArrearsClosed
    if row.order is not None and row.order.is_open:
        return row
    at = clock.now()
    earlier = row.order.public_id if row.order else ""
    row.order = payments.place_order(
        channel=channel,
        purpose=PURPOSE,
        subject=row.public_id,
        member=row.member,
        description="补缴停车费",
        amount_fen=row.amount_fen,
        expires_at=at + _PAY_WITHIN,
        merchant=row.stay.car_park.merchant,
        key=Key.of("parking arrears", f"{row.public_id}:{earlier}"),
    )
    row.save(update_fields=["order"])
    return row


@transaction.atomic
def note_arrears_paid(*, order: int) -> Arrears:
    """The member's money came: what is owed is paid by it, and what is not owed any more goes back. Again: nothing changes."""
    paid = Order.objects.select_related("accepted_payment").get(pk=order)
    row = _lock(Arrears.objects.values_list("pk", flat=True).get(public_id=paid.subject))
    assert paid.accepted_payment is not None
    book_money(stay=row.stay, payment=paid.accepted_payment, at=clock.now())
    settle_arrears(stay=row.stay)
    return _lock(row.pk)


def book_money(*, stay: Stay, payment: Payment, at: datetime, is_enough: bool = False) -> int:
    """Money of an order for a locked stay: as much as it owes is booked, the rest goes back; how much was booked.

    `is_enough` says that it was all that was due at that instant. Again: nothing changes.
    """
    order = payment.order
    assert order is not None
    key = Key.of("parking order booked", order.public_id)
    if claim_key(key) is not None:
        return 0
    kept_fen = Payment.objects.get(pk=payment.pk).left_fen
    booked_fen = min(kept_fen, due_fen_of(stay, at))
    if booked_fen:
        record_money(
            stay=stay,
            amount_fen=booked_fen,
            channel=order.channel,
            reference=order.public_id,
            at=at,
            key=Key.of("parking money", order.public_id),
            order=order,
            is_enough=is_enough,
        )
    if booked_fen < kept_fen:
        payments.refund_payment(
            order=order,
            amount_fen=kept_fen - booked_fen,
            reason="停车费多收退回",
            actor="app:parking",
            key=Key.of("parking surplus", order.public_id),
        )
    store_result(key, stay.pk)
    return booked_fen


def _was_paid_afterwards(stay: Stay) -> bool:
    own = Q(stay=stay) | Q(stay__merged_into=stay)
    paid = ParkingQuote.objects.filter(own, state=ParkingQuote.State.PAID)
    return stay.left_at is not None and paid.filter(paid_at__gte=stay.left_at).exists()


def _due_at(stay: Stay, member: Member | None, at: datetime) -> datetime:
    """Who pays after leaving has a day; who may not should have paid before."""
    assert stay.left_at is not None
    if member is not None and shopper_record(member, stay.left_at).is_good:
        return max(at, stay.left_at + PAID_AFTER_LEAVING_WITHIN)
    return at


def _lock(pk: int) -> Arrears:
    """The row, with the stay that owes it: that into which its own was merged."""
    stay = lock_stay(Arrears.objects.select_related("stay").get(pk=pk).stay)
    row = arrears().select_for_update(no_key=True, of=("self",)).get(pk=pk)
    row.stay = stay
    return row
