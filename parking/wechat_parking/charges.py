"""Charging a car that leaves: taken by WeChat, paid later, failed, or paid back; by notice, or by asking where it stays away.

Whoever touches a charge locks its stay first, as the fee does.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from district.kernel import attempts, clock
from district.payments import services as payments
from district.payments.channels.base import ChannelPayment
from district.payments.models import Payment
from district.wechat.pay.errors import ApiError, PayError, UnreadableAnswer
from district.wechat.pay.parking import (
    ChargedParking,
    ParkingCharge,
    charge_by_out_trade_no,
    charge_parking,
)
from district.wechat.pay_account import has_pay_account, pay_client
from parking.fee_posting import lock_stay
from parking.models import Stay, Vehicle, WechatCharge
from parking.queries.vehicles import plate_of
from parking.services.arrears import book_money, open_arrears, settle_arrears
from parking.wechat_parking.exchanges import (
    BATCH,
    COLORS,
    MAX_ATTEMPTS,
    Kind,
    is_refusal,
    note_failure,
    notify_url,
    record_notice,
    recorded_call,
)
from parking.wechat_parking.readers import reported_charge
from parking.wechat_parking.values import ReportedCharge

State = WechatCharge.State
CHANNEL, PURPOSE = "wechat", "parking.charge"
# When a charge that was taken is asked about, should no notice come.
FIRST_QUERY, LATER_QUERY = timedelta(minutes=1), timedelta(minutes=10)
_NOT_FOUND = 404


def follow_charges(*, limit: int = BATCH) -> int:
    """Make the calls of charges that are due, the longest waiting first; how many. Safe side by side."""
    if not has_pay_account():
        return 0
    open_charges = WechatCharge.objects.filter(state__in=WechatCharge.UNDER_WAY)
    return attempts.make_calls(open_charges, _follow, max_attempts=MAX_ATTEMPTS, limit=limit)


def follow_charge_now(charge: WechatCharge) -> WechatCharge:
    """The charge after one call, if nobody else is making it: a car stands at the gate. Never inside a transaction."""
    if has_pay_account():
        own = WechatCharge.objects.filter(pk=charge.pk, state=State.WANTED)
        attempts.make_calls(own, _follow, max_attempts=MAX_ATTEMPTS, limit=1)
    return WechatCharge.objects.get(pk=charge.pk)


def note_charge_notice(*, reported: ReportedCharge) -> WechatCharge:
    """What a notice says. Raises WechatCharge.DoesNotExist, ValueError for a sum that is another one."""
    with transaction.atomic():
        charge, is_new = _note(reported)
        record_notice(Kind.CHARGE_NOTICE, entry=charge.entry, code=reported.word, is_new=is_new)
        return charge


def _follow(charge: WechatCharge) -> None:
    """Once WeChat may have it, it is asked before it is sent again."""
    row = WechatCharge.objects.select_related(
        "entry__stay__car_park", "entry__vehicle__member__key"
    ).get(pk=charge.pk)
    try:
        if row.sent_at is None or (row.state == State.WANTED and not _ask(row)):
            _send(row)
        elif row.state == State.ACCEPTED and not _ask(row):
            # It said that it had taken it.
            raise UnreadableAnswer("a charge that was taken is unknown")
    except PayError as error:
        _note_failure(row.pk, error)


def _send(charge: WechatCharge) -> None:
    entry, vehicle = charge.entry, charge.entry.vehicle
    number = plate_of(vehicle)
    if not number:
        _mark_refused(charge.pk, "NO_PLATE")
        return
    WechatCharge.objects.filter(pk=charge.pk, sent_at=None).update(sent_at=clock.now())
    seconds = round((charge.ended_at - entry.started_at).total_seconds())
    wanted = ParkingCharge(
        appid=settings.WECHAT_APPID,
        description=f"{entry.parking_name}停车费"[:128],
        out_trade_no=charge.number,
        notify_url=notify_url(),
        total_fen=charge.amount_fen,
        parking=ChargedParking(
            parking_id=entry.parking_id,
            plate_number=number,
            plate_color=COLORS[Vehicle.Colour(vehicle.colour)],
            start_time=entry.started_at,
            end_time=charge.ended_at,
            parking_name=entry.parking_name,
            charging_seconds=seconds,
            device_id=charge.device,
        ),
    )
    try:
        with recorded_call(Kind.CHARGE, vehicle=vehicle, entry=entry) as answer:
            taken = reported_charge(charge_parking(pay_client(), wanted))
            answer.code = taken.word
    except PayError as error:
        # A refusal is not signed: only that WeChat does not have the charge proves that it was not taken.
        if not is_refusal(error) or _ask(charge):
            raise
        code = error.code if isinstance(error, ApiError) else ""
        _mark_refused(charge.pk, code)
    else:
        _note_answer(taken)


def _ask(charge: WechatCharge) -> bool:
    """Whether WeChat has the charge; what it says is noted."""
    try:
        with recorded_call(Kind.QUERY, vehicle=charge.entry.vehicle, entry=charge.entry) as answer:
            found = reported_charge(charge_by_out_trade_no(pay_client(), charge.number))
            answer.code = found.word
    except ApiError as error:
        if error.status == _NOT_FOUND:
            return False
        raise
    _note_answer(found)
    return True


@transaction.atomic
def _note_answer(reported: ReportedCharge) -> None:
    charge, is_new = _note(reported)
    if not is_new and charge.state == State.ACCEPTED:
        charge.save(update_fields=attempts.begin_anew(charge, after=LATER_QUERY))


def _note(reported: ReportedCharge) -> tuple[WechatCharge, bool]:
    """The charge as it stands now, and whether that was new. Money counts more than a failure, however late it comes."""
    charge = _lock(reported.number)
    if reported.amount_fen != charge.amount_fen:
        raise ValueError("a charge of another sum")
    before = (charge.state, charge.is_repaid)
    if reported.state == "accepted" and charge.state in {State.WANTED, State.REFUSED}:
        charge.state, charge.accepted_at, charge.settled_at = State.ACCEPTED, clock.now(), None
        attempts.begin_anew(charge, after=FIRST_QUERY)
    elif reported.state == "paid":
        _note_paid(charge, reported)
    elif reported.state == "failed" and charge.state in WechatCharge.UNDER_WAY:
        charge.state, charge.settled_at = State.FAILED, clock.now()
        charge.failure = reported.failure[:100]
        attempts.begin_anew(charge)
    is_new = (charge.state, charge.is_repaid) != before
    if is_new:
        charge.save()
    if is_new and charge.state == State.FAILED:
        open_arrears(stay=charge.entry.stay, is_charge_failed=True)
    return charge, is_new


def _note_paid(charge: WechatCharge, reported: ReportedCharge) -> None:
    charge.is_advanced = charge.is_advanced or reported.is_advanced
    if reported.is_repaid is not None and charge.is_advanced:
        # That it was repaid does not become untrue by an older notice.
        charge.is_repaid = bool(charge.is_repaid) or reported.is_repaid
    if charge.state == State.PAID:
        return
    entry, stay = charge.entry, charge.entry.stay
    assert reported.paid_at is not None
    charge.payment = payments.record_charge(
        channel=CHANNEL,
        payment=ChannelPayment(
            order_number=charge.number,
            transaction_id=reported.transaction_id,
            amount_fen=reported.amount_fen,
            payer_total_fen=reported.payer_total_fen,
            paid_at=reported.paid_at,
        ),
        purpose=PURPOSE,
        subject=charge.public_id,
        member=entry.vehicle.member,
        merchant=stay.car_park.merchant,
        description=f"{entry.parking_name}停车费"[:127],
        source=Payment.Source.NOTICE,
    )
    charge.state, charge.settled_at = State.PAID, clock.now()
    charge.transaction_id = reported.transaction_id
    charge.accepted_at = charge.accepted_at or reported.paid_at
    attempts.begin_anew(charge)
    book_money(stay=stay, payment=charge.payment, at=charge.ended_at, is_enough=True)
    settle_arrears(stay=stay)


def _mark_refused(pk: int, code: str) -> None:
    with transaction.atomic():
        charge = _lock(WechatCharge.objects.values_list("number", flat=True).get(pk=pk))
        if charge.state == State.WANTED:
            charge.state, charge.settled_at = State.REFUSED, clock.now()
            charge.failure = code[:100]
            attempts.begin_anew(charge)
            charge.save()


def _note_failure(pk: int, error: PayError) -> None:
    with transaction.atomic():
        charge = WechatCharge.objects.select_for_update(no_key=True).get(pk=pk)
        if charge.state in WechatCharge.UNDER_WAY:
            charge.save(update_fields=note_failure(charge, error))


def _lock(number: str) -> WechatCharge:
    """With the stay that it pays: that into which its own was merged."""
    found = WechatCharge.objects.values_list("entry_id", flat=True).get(number=number)
    stay = lock_stay(Stay.objects.get(pk=found))
    charge = (
        WechatCharge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("entry__vehicle__member")
        .get(number=number)
    )
    charge.entry.stay = stay
    return charge
