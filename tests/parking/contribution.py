"""What the cross-cutting tests need to know of parking; see tests/contributions.py."""

from datetime import timedelta

from schemathesis.transport.serialization import Binary

from district.kernel import clock
from district.kernel.http.pictures import redraw
from parking import services as parking
from parking.models import Pool, Reservation, Stay, TariffVersion, Vehicle
from parking.queries.vehicles import plate_of
from tests.admin.two_merchants import TwoMerchants
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.arrears import make_arrears, make_wechat_cars
from tests.factories.members import make_member
from tests.factories.parking import (
    feed_key_text,
    fresh_key,
    make_car_park,
    make_feed,
    make_pool,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    report,
    window_in,
)
from tests.factories.stays import gate_row, make_stay, pass_gate
from tests.factories.tariffs import make_tariff, make_tariff_draft, make_tariff_version
from tests.parking.fees.fee_requests import (
    make_fee_rows,
    make_owned_stay,
    make_priced_car_park,
    make_quote,
    make_rule,
)
from tests.receipt_photos.pictures import jpeg

_ACTIONS = ("", "/confirm", "/cancel", "/change", "/contest")
# Each row of a report is answered by itself.
ACCEPTED_VALUES = {
    ("report_readings", "readings", "nested"),
    ("report_gate_events", "events", "nested"),
    ("report_bays", "bays", "nested"),
    ("note_my_car", "text", "SQL"),
    ("write_parking_note", "text", "SQL"),
    ("contest_parking_no_show", "statement", "SQL"),
    ("dispute_plate", "statement", "SQL"),
    ("reserve_parking", "hold", "true"),
    # A plate is taken as it was read.
    ("advise_admission", "plate", "SQL"),
    ("ask_to_leave", "plate", "SQL"),
    ("ask_to_leave", "lane", "SQL"),
    ("quote_parking_fee", "coupons", "list"),
}
OPTIONAL_FIELDS = {
    ("quote_parking_fee", "points"),
    ("register_vehicle", "colour"),
    ("advise_admission", "colour"),
    ("ask_to_leave", "colour"),
    ("ask_to_leave", "lane"),
}
PERMISSIONS = {
    "manage_parking": "owner manager",
    "edit_tariffs": "owner manager",
    "publish_tariffs": "owner",
    "give_validations": "owner manager cashier",
    "manage_validations": "owner manager",
    "view_plate_lookups": "owner",
}
_CAR_PARK = "/api/v1/parking/car-parks/{id}"
_FLOW = "/api/v1/parking/feed/car-parks/{id}/flow"
_PLACE = "/api/v1/me/parking/stays/{stay}/place"
_VEHICLE = "/api/v1/me/vehicles/{vehicle}"
_STAY = "/api/v1/me/parking/stays/{stay}"
_QUOTE = "/api/v1/me/parking/quotes/{quote}"
_ARREARS = "/api/v1/me/parking/arrears/{arrears}"
_RESERVATION = "/api/v1/me/parking/reservations/{reservation}"


def right_requests(store_visit: StoreVisit) -> RightRequests:
    """A car park of the store's merchant, and a report of its feed."""
    feed = make_feed(store_visit.store.merchant)
    pool = make_pool(make_car_park(feed=feed))
    reading = {
        "pool": pool.public_id,
        "occupied": 40,
        "measured_at": clock.now().isoformat(),
    }
    gate_event = {
        "event_id": "e-1",
        "car_park": pool.car_park.public_id,
        "direction": "entry",
        "occurred_at": clock.now().isoformat(),
        "plate": "浙A12345",
    }
    bay = {
        "car_park": pool.car_park.public_id,
        "bay": "A-023",
        "occupied": True,
        "measured_at": clock.now().isoformat(),
    }
    member = store_visit.member
    vehicle, unused = make_vehicle(member), make_vehicle(member)
    reservable = make_reservable_pool()
    no_show = _not_come(reservable, vehicle)
    waiting = make_reservation(reservable, vehicle, window=window_in(30))
    later = window_in(40)
    hours = {"starts_at": later.starts_at.isoformat(), "ends_at": later.ends_at.isoformat()}
    reserve = {"pool": reservable.public_id, "vehicle": unused.public_id}
    disputed = {"plate": "浙C12345", "statement": "我的车"}
    make_vehicle(plate=disputed["plate"])
    priced = make_priced_car_park(store_visit.store)
    make_rule(store_visit.store, priced)
    stay, quote = make_owned_stay(priced, member), make_quote(member)
    receipt = {"store": store_visit.store.public_id, "receipt_no": "V1", "paid_fen": 20_000}
    return RightRequests(
        bodies={
            "quote_parking_fee": {"points": 0},
            "validate_parking": receipt | {"plate": "浙A12345"},
            "report_readings": {"readings": [reading]},
            "report_gate_events": {"events": [gate_event]},
            "report_bays": {"bays": [bay]},
            "note_my_car": {"floor": "B2"},
            "write_parking_note": {"zone": "A区"},
            "bind_parking_ticket": {"ticket": "q7Jm2xWq9LwJc5Rz"},
            "register_vehicle": {"plate": "浙AD12345", "colour": "green"},
            "dispute_plate": disputed,
            "reserve_parking": reserve | hours,
            "change_parking_reservation": hours,
            "contest_parking_no_show": {"statement": "已到场"},
            "advise_admission": {"car_park": pool.car_park.public_id, "plate": "浙A12345"},
            "ask_to_leave": {"car_park": pool.car_park.public_id, "plate": "浙A12345"},
        },
        ids={
            f"{_STAY}/fee": stay.public_id,
            f"{_STAY}/quotes": stay.public_id,
            _QUOTE: quote.public_id,
            f"{_QUOTE}/pay": make_quote(member).public_id,
            _CAR_PARK: pool.car_park.public_id,
            _FLOW: pool.car_park.public_id,
            **dict.fromkeys((_PLACE, f"{_PLACE}/photo"), _stay_of(store_visit, pool)),
            _VEHICLE: make_vehicle(member).public_id,
            f"{_VEHICLE}/default": unused.public_id,
            f"{_VEHICLE}/wechat-parking": unused.public_id,
            f"{_ARREARS}/pay": make_arrears(member).public_id,
            **{
                f"{_RESERVATION}{action}": waiting.public_id
                for action in ("", "/cancel", "/change")
            },
            f"{_RESERVATION}/confirm": make_reservation(
                reservable, vehicle, window=window_in(20), hold=True
            ).public_id,
            f"{_RESERVATION}/contest": no_show.public_id,
        },
        tokens={"feedKey": feed_key_text(feed)},
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    feed = make_feed(store_visit.store.merchant)
    pool = make_pool(make_car_park(feed=feed))
    car_park, stay = pool.car_park, _stay_of(store_visit, pool)
    reservable = make_reservable_pool(100)
    member = store_visit.member

    def new_vehicle() -> str:
        Vehicle.objects.filter(member=member).update(removed_at=clock.now(), is_default=False)
        return make_vehicle(member).public_id

    priced = make_priced_car_park(store_visit.store)
    make_rule(store_visit.store, priced)

    def new_stay() -> str:
        return make_owned_stay(make_priced_car_park(), member).public_id

    def new_quote() -> str:
        return make_quote(member).public_id

    def free_vehicle() -> str:
        for made in Reservation.objects.filter(member=member, state__in=("held", "confirmed")):
            parking.cancel_reservation(reservation=made)
        return new_vehicle()

    def new_reservation() -> str:
        free_vehicle()
        return make_reservation(reservable, make_vehicle(member)).public_id

    def new_no_show() -> str:
        free_vehicle()
        return _not_come(reservable, make_vehicle(member)).public_id

    photo, wanted = Binary(jpeg()), window_in(40)
    for noted in (None, Stay.objects.get(public_id=stay)):
        parking.write_note(member=member, stay=noted, floor="B2")
        parking.keep_note_picture(member=member, stay=noted, picture=redraw(jpeg()))
    hours = {
        "starts_at": wanted.starts_at.isoformat,
        "ends_at": wanted.ends_at.isoformat,
    }
    at_gate = {"car_park": lambda: car_park.public_id, "plate": lambda: "浙A12345"}
    return AimedRequests(
        tokens={"feedKey": feed_key_text(feed)},
        fresh={
            "POST /api/v1/parking/feed/admission": at_gate,
            "POST /api/v1/parking/feed/leave": at_gate,
            "POST /api/v1/me/vehicles/disputes": {"plate": lambda: plate_of(make_vehicle())},
            "POST /api/v1/me/parking/reservations": {
                "pool": lambda: reservable.public_id,
                "vehicle": free_vehicle,
                **hours,
            },
            f"POST {_RESERVATION}/change": hours,
            f"POST {_PLACE}/photo": {"photo": lambda: photo},
            "POST /api/v1/me/parking/note/photo": {"photo": lambda: photo},
        },
        named={
            _CAR_PARK: lambda: {"id": car_park.public_id},
            _FLOW: lambda: {"id": car_park.public_id},
            **dict.fromkeys((f"{_STAY}/fee", f"{_STAY}/quotes"), lambda: {"stay": new_stay()}),
            **dict.fromkeys((_QUOTE, f"{_QUOTE}/pay"), lambda: {"quote": new_quote()}),
            **dict.fromkeys((_PLACE, f"{_PLACE}/photo"), lambda: {"stay": stay}),
            **dict.fromkeys(
                (_VEHICLE, f"{_VEHICLE}/default", f"{_VEHICLE}/wechat-parking"),
                lambda: {"vehicle": new_vehicle()},
            ),
            f"{_ARREARS}/pay": lambda: {"arrears": make_arrears(member).public_id},
            **dict.fromkeys(
                (f"{_RESERVATION}{action}" for action in _ACTIONS),
                lambda: {"reservation": new_reservation()},
            ),
            f"{_RESERVATION}/contest": lambda: {"reservation": new_no_show()},
        },
    )


def _stay_of(store_visit: StoreVisit, pool: Pool) -> str:
    """A stay of a car without a plate, of which the member has the ticket."""
    car_park, ticket = pool.car_park, f"ticket-{pool.public_id}"
    pass_gate(car_park, gate_row(car_park, "entry", clock.now(), ticket=ticket))
    parking.bind_ticket(member=store_visit.member, ticket=ticket)
    return Stay.objects.get(car_park=car_park).public_id


def _not_come(pool: Pool, vehicle: Vehicle) -> Reservation:
    made = make_reservation(pool, vehicle)
    with clock.travel_to(made.late_until):
        parking.end_due_reservations(pool=pool)
    return made


def _rerate(version: TariffVersion, rules_from: TariffVersion, two_merchants: TwoMerchants) -> None:
    """A part of the version's time done, the rest planned."""
    start, now = version.valid.lower, clock.now()
    middle = now - timedelta(minutes=30)
    for begins, ends in ((start, middle), (middle, now)):
        planned = parking.plan_rerating(
            version=version,
            rules_from=rules_from,
            start=begins,
            end=ends,
            reason="漏了封顶",
            by=two_merchants.operator,
            key=fresh_key(),
        )
        if begins == start:
            parking.approve_rerating(rerating=planned, by=two_merchants.root, note="")
            parking.run_reratings()


def make_admin_rows(two_merchants: TwoMerchants) -> None:
    """At both a car park with a layout, a feed with a key, readings and refused ones, an import, tariffs,
    a re-rating that is done and one that waits, reservations."""
    vehicle, claimant = make_vehicle(), make_member()
    parking.dispute_plate(
        member=claimant, plate=plate_of(vehicle), statement="我的车", key=fresh_key()
    )
    for side in two_merchants.sides:
        feed = make_feed(side.merchant, name=f"{side.merchant.name}计数")
        car_park = make_car_park(feed=feed, name=f"{side.merchant.name}停车场")
        pool = make_pool(car_park)
        parking.set_layout(
            car_park=car_park,
            floors=[parking.FloorLayout("B1", ("A", "B"))],
            entrances=[parking.EntranceLayout("东口", "in", 210)],
            by=two_merchants.operator,
        )
        feed_key_text(feed)
        report(pool, 107, measured_at=clock.now() - timedelta(hours=2))
        report(pool, 40)
        report(pool, 1, measured_at=clock.now() - timedelta(hours=3))
        parking.import_car_parks(
            merchant=side.merchant,
            source=f"s{side.merchant.pk}",
            format_name="parkapi",
            content=b'{"features": [1]}',
            by=two_merchants.operator,
        )
        tariff = make_tariff(side.merchant, f"{side.merchant.name}收费标准")
        with clock.travel_to(clock.now() - timedelta(hours=2)):
            version = make_tariff_version(tariff)
        parking.assign_tariff(car_park=car_park, tariff=tariff, by=None)
        stay = make_stay(car_park, left=True)
        pass_gate(car_park, gate_row(car_park, "exit", clock.now(), "浙B12345"))
        make_stay(car_park, "浙C12345")
        make_stay(car_park, "浙E12345", minutes=20)
        parking.correct_plate(stay=stay, plate="浙D12345", by=two_merchants.operator)
        draft = make_tariff_draft(tariff, caps={"day_fen": 1000})
        parking.save_shadow_report(
            draft=draft, days=7, by=side.clerks["owner"].user, key=fresh_key()
        )
        _rerate(version, draft, two_merchants)
        parking.reveal_plate(
            stay=Stay.objects.latest("pk"), reason="客诉", by=side.clerks["owner"].user
        )
        make_fee_rows(side.store, two_merchants.operator)
        reservable = make_reservable_pool(car_park=make_car_park(side.merchant))
        parking.add_bays(pool=reservable, numbers=["E01"], by=None)
        no_show = _not_come(reservable, make_vehicle())
        parking.contest_no_show(reservation=no_show, statement="已到场")
        # Of this one the closing is listed with what became of it.
        closed = make_reservable_pool(car_park=make_car_park(side.merchant))
        make_reservation(closed)
        parking.close_car_park(car_park=closed.car_park, by=two_merchants.operator)
        parking.close_out_car_parks()
        make_reservation(reservable)
        make_wechat_cars(car_park, two_merchants.operator)
