"""Money for a stay's fee: ordered, received, or come by another channel."""

from datetime import datetime

from django.db import transaction

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, claim_key, store_result
from district.payments import services as payments
from district.payments.models import Order, Payment
from district.payments.services.place_order import SHORTEST
from parking.errors import QuoteNotOpen
from parking.fee_posting import (
    ReceivedMoney,
    due_with,
    end_quote,
    lock_stay,
    record_settlement,
    settle_quote,
)
from parking.models import FeeTender, ParkingQuote, Stay
from parking.queries.fees import due_of, open_quote_of, quotes

PURPOSE = "parking.fee"
State = ParkingQuote.State


@transaction.atomic
def pay_fee(*, quote: ParkingQuote, channel: str) -> ParkingQuote:
    """The quote with the order by which its money is paid, and which it now waits for; said again, the same.

    Raises AccountClosed, ChannelNotOffered, QuoteNotOpen.
    """
    stay = lock_stay(quote.stay)
    row = quotes().get(pk=quote.pk)
    at = clock.now()
    if row.state == State.PAID or (row.state == State.QUOTED and row.order is not None):
        return row
    if row.state != State.QUOTED or row.valid_until <= at:
        state = State(row.state) if row.state != State.QUOTED else State.EXPIRED
        raise QuoteNotOpen(state=str(state), state_name=str(state.label))
    assert row.member is not None
    row.order = payments.place_order(
        channel=channel,
        purpose=PURPOSE,
        subject=row.public_id,
        member=row.member,
        description="停车费",
        amount_fen=row.money_fen,
        expires_at=max(row.valid_until, at + SHORTEST),
        merchant=stay.car_park.merchant,
        key=Key.of("parking fee", row.public_id),
    )
    row.valid_until = row.order.expires_at
    row.save(update_fields=["order", "valid_until"])
    return row


@transaction.atomic
def note_fee_paid(*, subject: str) -> ParkingQuote:
    """The money of a quote has come: it is paid. Again, nothing changes.

    Money for a quote that has ended, that comes to more than is due by now, or of which a coupon is gone after all, is
    taken for what is due now; what is more than that goes back.
    """
    quote = ParkingQuote.objects.select_related("stay", "order").get(public_id=subject)
    stay, order = lock_stay(quote.stay), quote.order
    assert order is not None
    quote = quotes().get(pk=quote.pk)
    money = ReceivedMoney(order.amount_fen, order.channel, order.public_id, order.pk)
    if _is_counted(money):
        return quote
    at = clock.now()
    if quote.state == State.QUOTED:
        if _is_due(quote, stay, at) and _settle(quote, stay, money, at):
            return quote
        _give_up(quotes().get(pk=quote.pk), at)
    _take_late_money(stay, order, at)
    return quotes().get(pk=quote.pk)


@transaction.atomic
def record_money(
    *,
    stay: Stay,
    amount_fen: int,
    channel: str,
    reference: str,
    at: datetime,
    key: Key,
    order: Order | None = None,
    is_enough: bool = False,
) -> ParkingQuote:
    """Book money that came by another channel, all of it, with the validations that wait; said again, the same.

    Money of one channel and reference is counted once, whatever the key. An open quote of the stay is withdrawn. With
    the order by which it came (then its public id is the reference) it goes back by itself when it is refunded.
    `is_enough` says that it was all that was due at that instant. Raises KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return quotes().get(pk=earlier)
    row = lock_stay(stay)
    money = ReceivedMoney(amount_fen, channel, reference, order.pk if order else None)
    counted = FeeTender.objects.filter(channel=channel, reference=reference).first()
    if counted is not None:
        store_result(key, counted.quote_id)
        return quotes().get(pk=counted.quote_id)
    withdraw_open_quote(row, clock.now())
    quote = record_settlement(row, due_of(row, at), money=money, at=at, is_enough=is_enough)
    store_result(key, quote.pk)
    return quotes().get(pk=quote.pk)


def withdraw_open_quote(stay: Stay, at: datetime) -> None:
    """Of a locked stay; one whose order was paid is left to its event."""
    quote = open_quote_of(stay)
    if quote is not None:
        end_quote(quote, State.WITHDRAWN, at)


def _is_counted(money: ReceivedMoney) -> bool:
    return FeeTender.objects.filter(channel=money.channel, reference=money.reference).exists()


def _is_due(quote: ParkingQuote, stay: Stay, at: datetime) -> bool:
    """Whether all that a quote settles is still due: nothing else paid it meanwhile, and the stay did not get shorter."""
    due = due_of(stay, at)
    return due is None or quote.settles_fen <= due_with(stay, due, at)(0)


def _settle(quote: ParkingQuote, stay: Stay, money: ReceivedMoney, at: datetime) -> bool:
    """Whether all that was set aside for an open quote could be used."""
    try:
        with transaction.atomic():
            settle_quote(quote, stay, money=money, at=at)
    except DomainError:
        return False
    return True


def _give_up(quote: ParkingQuote, at: datetime) -> None:
    """End a quote of which something cannot be used any more; its order is paid."""
    order, quote.order = quote.order, None
    end_quote(quote, State.WITHDRAWN, at)
    quote.order = order


def _take_late_money(stay: Stay, order: Order, at: datetime) -> None:
    """Once for an order: what is due now is paid by it, the rest goes back. An open quote of the same fee is withdrawn."""
    key = Key.of("parking late money", order.public_id)
    if claim_key(key) is not None:
        return
    assert order.accepted_payment_id is not None
    # A person may have sent some of it back already.
    left_fen = Payment.objects.get(pk=order.accepted_payment_id).left_fen
    due = due_of(stay, at)
    taken = min(left_fen, due.due_fen) if due else 0
    if taken:
        withdraw_open_quote(stay, at)
        record_settlement(
            stay,
            due,
            money=ReceivedMoney(taken, order.channel, order.public_id, order.pk),
            at=at,
        )
    if taken < left_fen:
        payments.refund_payment(
            order=order,
            amount_fen=left_fen - taken,
            reason="停车费报价已失效，退回多付金额",
            actor="app:parking",
            key=Key.of("parking late money back", order.public_id),
        )
    store_result(key, order.pk)
