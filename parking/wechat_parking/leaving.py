"""A car stands at the way out, and its gate asks whether it may leave. No barrier waits for us: the lane may decide alone."""

from datetime import datetime

from django.db import transaction

from district.kernel import clock
from parking.models import CarPark, Stay, WechatCharge, WechatEntry
from parking.queries.arrears import debtor_of, due_fen_of, owed_fen
from parking.queries.fees import due_of
from parking.queries.reservations import shopper_record
from parking.wechat_parking.charges import follow_charge_now
from parking.wechat_parking.entries import may_be_charged, want_charge
from parking.wechat_parking.values import LeaveAnswer, LeaveReason


def ask_to_leave(*, car_park: CarPark, found_by: bytes, colour: str, lane: str = "") -> LeaveAnswer:
    """Whether a car may leave, and why. What WeChat can be charged for is charged; asked again, it is not charged again.

    Calls WeChat, so never inside a transaction.
    """
    at = clock.now()
    stays = Stay.objects.select_related("car_park", "tariff_version", "wechat_entry__vehicle")
    stay = stays.filter(
        car_park=car_park, plate_hash=found_by, colour=colour, state=Stay.State.OPEN
    ).first()
    if stay is None:
        return LeaveAnswer(LeaveReason.NO_STAY)
    reason, due_fen = _judge(stay, lane, at)
    return LeaveAnswer(reason, 0 if reason.may_leave else due_fen, stay.public_id)


def _judge(stay: Stay, lane: str, at: datetime) -> tuple[LeaveReason, int]:
    due = due_of(stay, at)
    if due is None or due.due_fen <= 0:
        return (LeaveReason.PAID if due and due.paid_fen else LeaveReason.NOTHING_DUE), 0
    charge = _charge(stay.pk, lane, at)
    if charge is not None and charge.state == WechatCharge.State.WANTED:
        return LeaveReason.CHARGE_UNSURE, due.due_fen
    left_fen = owed_fen(stay, at)
    if left_fen <= 0:
        return LeaveReason.CHARGE_ACCEPTED, 0
    if stay.car_park.collects_arrears:
        member = debtor_of(stay)
        if member is not None and shopper_record(member, at).pays_after_leaving:
            return LeaveReason.PAYS_AFTER_LEAVING, 0
    return LeaveReason.PAYMENT_DUE, left_fen


def _charge(stay: int, lane: str, at: datetime) -> WechatCharge | None:
    """The charge of the stay after WeChat was asked, if it is one that WeChat may be asked for."""
    with transaction.atomic():
        locked = Stay.objects.select_for_update(no_key=True, of=("self",))
        row = locked.select_related("tariff_version", "car_park").get(pk=stay)
        entries = WechatEntry.objects.select_for_update(no_key=True, of=("self",))
        entry = entries.select_related("vehicle").filter(pk=stay).first()
        if entry is None:
            return None
        entry.stay = row
        charge = WechatCharge.objects.filter(entry=entry).first()
        due_fen = due_fen_of(row, at)
        if charge is None and due_fen > 0 and may_be_charged(entry):
            charge = want_charge(entry, amount_fen=due_fen, ended_at=at, device=lane)
    if charge is not None and charge.state == WechatCharge.State.WANTED:
        charge = follow_charge_now(charge)
    return charge
