"""A place is promised for a window, or it is said where else there is one."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.database.postgres import stored_row
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, replay_or_raise
from parking import procedures
from parking.errors import NotReservable, ReservationFull
from parking.models import Bay, Pool, Reservation, ReservationPolicy, Vehicle
from parking.queries.reservable import full, require_reservable
from parking.queries.reservations import not_open, reservations, shopper_record, window_terms
from parking.queries.vehicles import plate_key
from parking.reservations.windows import Window, promises
from parking.services.deposits import order_deposit
from parking.services.end_due import end_due_reservations

State = Reservation.State


@dataclass(frozen=True, slots=True)
class _Wish:
    pool: Pool
    vehicle: Vehicle
    window: Window
    channel: str
    key: Key
    at: datetime


def reserve_place(
    *,
    pool: Pool,
    vehicle: Vehicle,
    window: Window,
    hold: bool = False,
    bay: Bay | None = None,
    channel: str = "wechat",
    key: Key,
) -> Reservation:
    """A place of the pool for the vehicle: confirmed at once, or held for some minutes where a deposit is to be paid
    or where `hold` asks for it. Repeating the key gives the same reservation. A good record needs no deposit.

    A pool that is full gives up its holds that are over, then refuses with what else fits.

    Raises AccountClosed, BayReserved, CarParkNotOpen, ChannelNotOffered, KeyReused, NotReservable,
    PlateReservedAlready, ReservationFull, TooManyReservations, VehicleRemoved, WindowInvalid.
    """
    at = clock.now()
    try:
        policy = require_reservable(pool, window, at)
        if bay is not None and bay.pool_id != pool.pk:
            raise NotReservable
    except DomainError as refusal:
        return reservations().get(pk=replay_or_raise(key, refusal))
    wish = _Wish(pool, vehicle, window, channel, key, at)
    request = _request(wish, policy, hold=hold, bay=bay)
    try:
        return _post(wish, request)
    except ReservationFull:
        if not end_due_reservations(pool=pool):
            raise full(pool, window, at) from None
    try:
        return _post(wish, request)
    except ReservationFull:
        raise full(pool, window, at) from None


def change_reservation(
    *, reservation: Reservation, window: Window, pool: Pool | None = None
) -> Reservation:
    """Another window, or another pool of the same operator, for a reservation for which nobody has come; its deposit stays.

    Free of charge until it could be cancelled for free. The same window again changes nothing. A numbered bay stays
    promised within its pool; of another pool it is a place of any number.

    Raises BayReserved, CarParkNotOpen, NotReservable, PlateReservedAlready, ReservationFull, ReservationNotOpen,
    WindowInvalid.
    """
    at, wanted = clock.now(), pool or reservation.pool
    if wanted.car_park.merchant_id != reservation.pool.car_park.merchant_id:
        raise NotReservable
    policy = require_reservable(wanted, window, at)
    if reservation.deposit_fen and at > reservation.free_cancel_until:
        raise not_open(reservation)
    try:
        changed = procedures.change_reservation(
            member=reservation.member_id,
            reservation=reservation.pk,
            pool=wanted.pk,
            window=window,
            promises=promises(window, window_terms(policy), at=at),
        )
    except ReservationFull:
        raise full(wanted, window, at) from None
    current = reservations().get(pk=reservation.pk)
    if not changed:
        raise not_open(current)
    return current


def _request(
    wish: _Wish, policy: ReservationPolicy, *, hold: bool, bay: Bay | None
) -> procedures.ReservationRequest:
    pool, vehicle, window, at = wish.pool, wish.vehicle, wish.window, wish.at
    deposit_fen = policy.deposit_fen
    if deposit_fen and shopper_record(vehicle.member, at).is_good:
        deposit_fen = 0
    is_held = hold or deposit_fen > 0
    return procedures.ReservationRequest(
        member=vehicle.member_id,
        vehicle=vehicle.pk,
        plate_key=plate_key(vehicle.plate_hash),
        pool=pool.pk,
        bay=bay.pk if bay else None,
        public_id=new_id("rsv"),
        window=window,
        promises=promises(window, window_terms(policy), at=at),
        hold_expires_at=at + timedelta(minutes=policy.hold_minutes) if is_held else None,
        deposit_fen=deposit_fen,
    )


def _post(wish: _Wish, request: procedures.ReservationRequest) -> Reservation:
    """One call of the database; with a deposit its order stands or falls with the reservation."""
    with transaction.atomic() if request.deposit_fen else nullcontext():
        most_open = settings.PARKING_MOST_RESERVATIONS
        posted = procedures.reserve(request, most_open=most_open, key=wish.key, at=wish.at)
        if posted.repeated:
            return reservations().get(pk=posted.pk)
        if request.deposit_fen:
            order_deposit(reservation=posted.pk, channel=wish.channel)
            return reservations().get(pk=posted.pk)
    columns: dict[str, Any] = {
        "id": posted.pk,
        "public_id": request.public_id,
        "member_id": request.member,
        "vehicle_id": request.vehicle,
        "plate_key": request.plate_key,
        "pool_id": request.pool,
        "bay_id": request.bay,
        "starts_at": request.window.starts_at,
        "ends_at": request.window.ends_at,
        "holds_until": request.window.ends_at,
        "state": State.HELD if request.hold_expires_at else State.CONFIRMED,
        "hold_expires_at": request.hold_expires_at,
        **vars(request.promises),
        "deposit_fen": 0,
        "order_id": None,
        "relocated_from_id": None,
        "created_at": wish.at,
        "arrived_at": None,
        "ended_at": None,
        "reason": "",
        "stay_id": None,
        "displaced_by_id": None,
    }
    made = stored_row(Reservation, **columns)
    made.pool, made.vehicle = wish.pool, wish.vehicle
    return made
