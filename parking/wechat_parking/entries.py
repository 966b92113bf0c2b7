"""WeChat is told of cars that came, hears of no car twice, and says whether each may be charged."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery

from district.kernel import attempts, clock
from district.payments.numbers import new_number
from district.wechat.pay.errors import PayError
from district.wechat.pay.parking import ParkingEntry, ReportedEntry, report_entry
from district.wechat.pay_account import has_pay_account, pay_client
from parking.fee_posting import lock_stay
from parking.models import Stay, Vehicle, WechatCharge, WechatEntry, WechatPlate
from parking.queries.arrears import owed_fen
from parking.queries.stays import stay_fee
from parking.queries.vehicles import plate_of
from parking.services.sweeps import sweep
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
from parking.wechat_parking.values import ReportedEntrance

State = WechatEntry.State
Reason = WechatEntry.BlockReason
# A car that came before is not told of any more: nobody knew then that its plate is served.
_TOLD_WITHIN = timedelta(hours=12)
_REASONS = {reason.value.upper(): reason for reason in Reason}


def report_entries(*, limit: int = BATCH) -> int:
    """Tell WeChat of cars that came whose plates it serves; how many calls. Safe to run twice and side by side."""
    if not has_pay_account():
        return 0
    want_entries(limit=limit)
    waiting = WechatEntry.objects.filter(state=State.WAITING)
    return attempts.make_calls(waiting, _report, max_attempts=MAX_ATTEMPTS, limit=limit)


def want_entries(*, limit: int = BATCH) -> None:
    """Cars that came whose plates WeChat serves, each to be told of once."""
    served = Vehicle.objects.filter(
        plate_hash=OuterRef("plate_hash"),
        colour=OuterRef("colour"),
        removed_at=None,
        wechat_plate__state=WechatPlate.State.NORMAL,
    )
    stays = Stay.objects.filter(
        state=Stay.State.OPEN,
        wechat_entry=None,
        tariff_version__isnull=False,
        entered_at__gte=clock.now() - _TOLD_WITHIN,
    )
    stays = stays.annotate(served=Subquery(served.values("pk")[:1])).exclude(served=None)
    sweep(stays.select_related("car_park", "tariff_version"), _want_entry, limit)


def end_entries(*, limit: int = BATCH) -> int:
    """Cars that left: what they owe is to be charged, where that is possible; how many."""
    over = WechatEntry.objects.filter(state__in=WechatEntry.INSIDE)
    return sweep(over.exclude(stay__state=Stay.State.OPEN), lambda row: _end(row.pk), limit)


@transaction.atomic
def note_entry_answer(*, entry: WechatEntry, reported: ReportedEntry) -> None:
    """What WeChat answered to an entry; a notice that came before the answer knows better."""
    entry = _lock(entry.pk)
    _note_reported(entry, reported.parking_id)
    if entry.state == State.WAITING and entry.changed_at is None:
        is_blocked = reported.state != "NORMAL"
        _set_state(entry, is_blocked=is_blocked, reason=reported.block_reason or "")
    attempts.begin_anew(entry)
    entry.save()


@transaction.atomic
def note_entrance(*, entrance: ReportedEntrance) -> WechatEntry:
    """Whether a car inside may be charged, as WeChat's newest word on it says; an older one changes nothing.

    Raises WechatEntry.DoesNotExist for a number that is none of ours.
    """
    entries = WechatEntry.objects.select_for_update(no_key=True, of=("self",))
    entry = entries.get(stay__public_id=entrance.number)
    is_newer = entry.changed_at is None or entrance.changed_at > entry.changed_at
    # A number of ours with a parking of somebody else's is no news of ours.
    is_new = is_newer and entry.parking_id in {"", entrance.parking_id}
    if is_new:
        entry.changed_at = entrance.changed_at
        _note_reported(entry, entrance.parking_id)
        if entry.state in WechatEntry.INSIDE:
            _set_state(entry, is_blocked=entrance.is_blocked, reason=entrance.reason)
        entry.save()
    code = entrance.reason or ("BLOCKED" if entrance.is_blocked else "NORMAL")
    record_notice(Kind.ENTRANCE_NOTICE, entry=entry, code=code, is_new=is_new)
    return entry


def want_charge(
    entry: WechatEntry, *, amount_fen: int, ended_at: datetime, device: str
) -> WechatCharge:
    """The charge of a locked entry that may be charged; the first one is the only one."""
    at = clock.now()
    charge, created = WechatCharge.objects.get_or_create(
        entry=entry,
        defaults={
            "number": new_number("W", at),
            "amount_fen": amount_fen,
            "ended_at": ended_at,
            "device": device[:32] or "exit",
            "wanted_at": at,
        },
    )
    if created:
        entry.state = State.CHARGED
        entry.save(update_fields=["state"])
    return charge


def may_be_charged(entry: WechatEntry) -> bool:
    """Whether WeChat would charge for the car, and the plate is still the one that it was told of."""
    stay, vehicle = entry.stay, entry.vehicle
    is_same_car = (bytes(stay.plate_hash), stay.colour) == (
        bytes(vehicle.plate_hash),
        vehicle.colour,
    )
    return entry.state == State.NORMAL and is_same_car and vehicle.removed_at is None


def _want_entry(stay: Stay) -> bool:
    reported = {
        "vehicle_id": stay.served,  # type: ignore[attr-defined]
        "parking_name": stay.car_park.name[:128],
        "started_at": stay.entered_at,
        "free_seconds": _free_seconds(stay),
    }
    for state in (State.WAITING, State.SECOND):
        try:
            with transaction.atomic():
                WechatEntry.objects.get_or_create(stay=stay, defaults=reported | {"state": state})
        except IntegrityError:
            # The vehicle is inside elsewhere, as far as we know.
            continue
        return True
    return False


def _free_seconds(stay: Stay) -> int:
    assert stay.entered_at is not None
    fee = stay_fee(stay, stay.entered_at)
    if fee is None or fee.free_until is None:
        return 0
    return max(0, round((fee.free_until - stay.entered_at).total_seconds()))


def _report(entry: WechatEntry) -> None:
    vehicle = Vehicle.objects.select_related("member__key").get(pk=entry.vehicle_id)
    number = plate_of(vehicle)
    if not number:
        _give_up(entry.pk)
        return
    wanted = ParkingEntry(
        out_parking_no=Stay.objects.values_list("public_id", flat=True).get(pk=entry.pk),
        plate_number=number,
        plate_color=COLORS[Vehicle.Colour(vehicle.colour)],
        notify_url=notify_url(),
        start_time=entry.started_at,
        parking_name=entry.parking_name,
        free_duration_seconds=entry.free_seconds,
    )
    try:
        with recorded_call(Kind.ENTER, vehicle=vehicle, entry=entry) as answer:
            reported = report_entry(pay_client(), wanted)
            answer.code = reported.block_reason or reported.state
    except PayError as error:
        _note_failure(entry.pk, error)
    else:
        note_entry_answer(entry=entry, reported=reported)


@transaction.atomic
def _note_failure(pk: int, error: PayError) -> None:
    entry = _lock(pk)
    if entry.state == State.WAITING:
        entry.save(update_fields=note_failure(entry, error))
        if is_refusal(error) and entry.set_aside_at is not None:
            _give_up(pk)


def _give_up(pk: int) -> None:
    WechatEntry.objects.filter(pk=pk, state=State.WAITING).update(state=State.GIVEN_UP)


@transaction.atomic
def _end(pk: int) -> bool:
    # As everywhere: the stay first, or that into which it was merged.
    stay = lock_stay(Stay.objects.get(pk=pk))
    entry = _lock(pk)
    if entry.state not in WechatEntry.INSIDE or stay.state == Stay.State.OPEN:
        return False
    entry.stay = stay
    left_fen = 0
    if stay.left_at is not None and stay.entered_at is not None and may_be_charged(entry):
        # Another entry of a merged stay may be charged already.
        left_fen = owed_fen(stay, stay.left_at)
    if left_fen > 0 and stay.left_at is not None:
        lane = stay.exit_event.lane if stay.exit_event else ""
        want_charge(entry, amount_fen=left_fen, ended_at=stay.left_at, device=lane)
        return True
    entry.state = State.ENDED if entry.parking_id else State.GIVEN_UP
    entry.save(update_fields=["state"])
    return True


def _note_reported(entry: WechatEntry, parking_id: str) -> None:
    if not entry.parking_id:
        entry.parking_id, entry.reported_at = parking_id, clock.now()


def _set_state(entry: WechatEntry, *, is_blocked: bool, reason: str) -> None:
    entry.state = State.BLOCKED if is_blocked else State.NORMAL
    entry.block_reason = _REASONS.get(reason, Reason.OTHER) if is_blocked else ""


def _lock(pk: int) -> WechatEntry:
    rows = WechatEntry.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("stay", "vehicle").get(pk=pk)
