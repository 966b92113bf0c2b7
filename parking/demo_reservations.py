"""What the demo has of reservations: places promised for the coming days, and what went otherwise."""

from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member
from parking import demo_stays
from parking import services as parking
from parking.models import CarPark, Pool, Reservation, Stay, Vehicle
from parking.queries.reservable import pool_to_reserve
from parking.queries.vehicles import plate_of
from parking.reservations.windows import Window, slot_of
from parking.stays.values import GateDirection

# Half past eight on the last evening, when the demo's year ends.
_NOW = (0, 20, 30)
_YESTERDAY = (1, 9, 50)
# Hours from tomorrow at midnight, how long, and how many percent of the places of the first car park.
_COMING = ((10, 3, 18), (11, 2, 25), (18, 3, 45), (34, 2, 9), (42, 4, 25), (66, 3, 12), (90, 2, 6))
# A car after the other: nobody has more than three at a time, and none overlap.
_MOST_CARS = 14
_VEHICLES = 50


def play_reservations(context: Any) -> None:
    """Of both operators: terms, a day that is over, places for the coming days, and what people said of it."""
    members = [context.rows.members[number] for number in sorted(context.rows.members)]
    vehicles = _vehicles(members[:_VEHICLES], context)
    for number, counter in enumerate(context.main_merchants):
        with context.travel_to(3, 9):
            pools = _reservable_pools(counter, context)
        _play_yesterday(pools[0], vehicles[number * 4 : number * 4 + 4], context)
        _play_tonight(pools, vehicles[8 + number * 20 :][:20], context)
        _close_one(counter, vehicles[48 + number], context)
    _dispute(vehicles[0], members[_VEHICLES + 2], context)
    _look_up(context)


def _vehicles(members: list[Member], context: Any) -> list[Vehicle]:
    """A plate of each of the first members; of half of them somebody saw the papers."""
    made = []
    with context.travel_to(5, 10):
        for number, member in enumerate(members):
            vehicle = parking.register_vehicle(
                member=member, plate=f"浙A2{number:04d}", key=_key("vehicle", number)
            )
            if number % 2 == 0:
                vehicle = parking.verify_vehicle(
                    vehicle=vehicle, note="行驶证原件，姓名与会员一致", by=context.operator
                )
            made.append(vehicle)
        parking.bind_ticket(member=members[3], ticket="demo-ticket-0001")
    return made


def _reservable_pools(counter: Any, context: Any) -> list[Pool]:
    """Every car park of the operator but the last is reserved; two bays with a charger by their number."""
    car_parks = list(
        CarPark.objects.filter(merchant=counter.merchant, state=CarPark.State.OPEN).order_by("pk")
    )
    for car_park in car_parks[:-1]:
        if not car_park.hours.exists():
            parking.set_car_park_hours(
                car_park=car_park, hours=[], round_the_clock=True, by=context.operator
            )
        parking.set_reservation_policy(car_park=car_park, by=context.operator)
    found = Pool.objects.filter(car_park__in=car_parks[:-1], reservable_capacity__gt=0)
    pools = [pool_to_reserve(pool.public_id) for pool in found.order_by("pk")]
    for pool in pools:
        if pool.bay_class == Pool.BayClass.EV:
            numbers = ["E01", "E02"][: pool.reservable_capacity]
            parking.add_bays(pool=pool, numbers=numbers, by=context.operator)
    return pools


def _play_yesterday(pool: Pool, vehicles: list[Vehicle], context: Any) -> None:
    """One came and left, two did not come and one of them objects, one was cancelled."""
    with context.travel_to(*_YESTERDAY):
        start = slot_of(clock.now()) + timedelta(minutes=15)
        came, missed, objects, cancelled = (
            _reserve(pool, vehicle, start, 2, place) for place, vehicle in enumerate(vehicles)
        )
        parking.cancel_reservation(reservation=cancelled, reason="行程有变")
    feed = pool.car_park.feed
    assert feed is not None
    plate = plate_of(came.vehicle)
    rows = [
        demo_stays.gate_row(pool.car_park, plate, direction, start + timedelta(minutes=minutes))
        for direction, minutes in ((GateDirection.ENTRY, 10), (GateDirection.EXIT, 80))
    ]
    with clock.travel_to(start + timedelta(hours=2)):
        parking.record_gate_events(feed=feed, rows=rows)
        parking.end_due_reservations()
        parking.contest_no_show(reservation=missed, statement="十点就到了，闸机没有识别到车牌")
        parking.contest_no_show(reservation=objects, statement="当天人在外地")
        parking.decide_contest(
            contest=objects.contest, accept=False, note="会员自述未到场", by=context.operator
        )


def _play_tonight(pools: list[Pool], vehicles: list[Vehicle], context: Any) -> None:
    """One hold that ran out, one car inside, and the coming days: one car park, cars in turn."""
    first = pools[0]
    with context.travel_to(0, 18, 50):
        _reserve(first, vehicles[0], slot_of(clock.now()), 1, 100, hold=True)
    with context.travel_to(0, 19, 30):
        parking.end_due_reservations()
        inside = _reserve(first, vehicles[1], slot_of(clock.now()), 2, 101)
        parking.note_arrival_by_hand(reservation=inside, by=context.operator)
    with context.travel_to(*_NOW):
        midnight, cars = context.at(-1, 0), cycle(vehicles[4:])
        for number, (hours, length, percent) in enumerate(_COMING):
            start = midnight + timedelta(hours=hours)
            for _ in range(max(1, min(_MOST_CARS, first.reservable_capacity * percent // 100))):
                _reserve(first, next(cars), start, length, 200 + number)
        _reserve(first, vehicles[2], midnight + timedelta(hours=9), 1, 190, hold=True)
        _relocate(pools, vehicles[3], midnight + timedelta(hours=14), context)
        _fill_small_pools(pools, vehicles[2:4], midnight + timedelta(hours=19), context)


def _fill_small_pools(
    pools: list[Pool], vehicles: list[Vehicle], start: datetime, context: Any
) -> None:
    """Both places with a charger; and one for families, of which there is none any more."""
    by_class = {pool.bay_class: pool for pool in reversed(pools)}
    if (chargers := by_class.get(Pool.BayClass.EV)) is not None:
        for vehicle in vehicles[: chargers.reservable_capacity]:
            _reserve(chargers, vehicle, start, 2, 192)
    if (family := by_class.get(Pool.BayClass.FAMILY)) is not None:
        _reserve(family, vehicles[0], start + timedelta(hours=2), 1, 193)
        parking.set_pool(
            car_park=family.car_park,
            bay_class=family.bay_class,
            capacity=family.capacity,
            reservable_capacity=0,
            by=context.operator,
        )


def _relocate(pools: list[Pool], vehicle: Vehicle, start: datetime, context: Any) -> None:
    others = [
        pool
        for pool in pools[1:]
        if pool.car_park_id != pools[0].car_park_id and pool.bay_class == pools[0].bay_class
    ]
    if others:
        moved = _reserve(pools[0], vehicle, start, 2, 191)
        parking.relocate_reservation(
            reservation=moved, pool=others[0], reason="道闸检修", by=context.operator
        )


def _close_one(counter: Any, vehicle: Vehicle, context: Any) -> None:
    """An old car park, whose only reservation goes to the nearest other one."""
    with context.travel_to(2, 11):
        car_park = parking.register_car_park(
            merchant=counter.merchant,
            details=parking.CarParkDetails(name=f"{counter.stores[0].venue.name}旧停车楼"),
            by=context.operator,
            key=_key("old-car-park", counter.merchant.pk),
        )
        parking.set_car_park_hours(
            car_park=car_park, hours=[], round_the_clock=True, by=context.operator
        )
        parking.set_reservation_policy(car_park=car_park, by=context.operator)
        pool = parking.set_pool(
            car_park=car_park,
            bay_class=Pool.BayClass.STANDARD,
            capacity=30,
            reservable_capacity=5,
            by=context.operator,
        )
        _reserve(pool_to_reserve(pool.public_id), vehicle, context.at(-2, 10), 3, 300)
        parking.close_car_park(car_park=car_park, by=context.operator)
        while parking.close_out_car_parks():
            pass


def _dispute(vehicle: Vehicle, claimant: Member, context: Any) -> None:
    with context.travel_to(1, 15):
        parking.dispute_plate(
            member=claimant,
            plate=plate_of(vehicle),
            statement="这是我新买的二手车，已过户，可出示行驶证",
            key=_key("dispute", 0),
        )


def _look_up(context: Any) -> None:
    """A clerk's look at a plate, for the owner to see."""
    with context.travel_to(*_NOW):
        for counter in context.main_merchants:
            stay = Stay.objects.filter(
                car_park__merchant=counter.merchant, state=Stay.State.OPEN
            ).earliest("pk")
            by = context.owner_of(counter)
            parking.reveal_plate(stay=stay, reason="车主到服务台报失钥匙", by=by)
            parking.search_plate(
                plate="浙A10003", reason="客诉 2026-203", merchant=counter.merchant, by=by
            )


def _reserve(
    pool: Pool, vehicle: Vehicle, start: datetime, hours: int, place: int, *, hold: bool = False
) -> Reservation:
    window = Window(start, start + timedelta(hours=hours))
    key = _key(f"reservation-{pool.pk}-{vehicle.pk}", place)
    return parking.reserve_place(pool=pool, vehicle=vehicle, window=window, key=key, hold=hold)


def _key(name: str, number: int) -> Key:
    return Key.of("demo:parking", f"{name}-{number}")
