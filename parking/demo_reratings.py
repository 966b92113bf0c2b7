"""What the demo has of a version that was wrong: nights without their cap, given back in part, planned for the rest."""

import json
from datetime import timedelta
from typing import Any

from district.kernel import clock
from district.kernel.idempotency import Key
from district.merchants.services import Stretch
from parking import services as parking
from parking.demo_stays import gate_row
from parking.models import CarPark, Stay, Tariff, TariffVersion
from parking.queries.fees import due_of
from parking.stays.values import GateDirection
from parking.tariff.examples import published_tariffs

# Days before the end: the mistake is published, and found.
_WRONG, _FOUND = 9, 2
_NOW = (0, 20, 30)
# Plate, days before the end on which it came at seven in the evening, and hours until it left.
_CARS = (
    ("浙A20001", 8, 14),
    ("浙AD20002", 8, 2),
    ("浙A20003", 7, 13),
    ("浙A20004", 5, 14),
    ("浙B20005", 5, 1),
    ("浙A20006", 4, 15),
    ("浙AD20007", 3, 12),
)


def play_reratings(context: Any) -> None:
    """A car park for the night of the first operator: two nights were given back, the rest waits for a second person."""
    counter = context.main_merchants[0]
    with context.travel_to(_WRONG, 8):
        car_park, tariff, wrong = _opened(counter, context)
    for number, (plate, days_ago, hours) in enumerate(_CARS):
        with context.travel_to(days_ago, 19):
            entered_at = clock.now()
        with clock.travel_to(entered_at + timedelta(hours=hours)):
            _stay_and_pay(car_park, number, plate, entered_at)
    with context.travel_to(_FOUND, 10):
        right = parking.save_tariff_draft(
            tariff=tariff, document=_document(cap_fen=1_000), by=context.operator
        )
        parking.save_shadow_report(
            draft=right, days=7, by=context.operator, key=_key("shadow", right.pk)
        )
        right = parking.publish_tariff_version(version=right, start=None, by=context.operator)
    with context.travel_to(*_NOW):
        wrong.refresh_from_db()
        for number, (first, last) in enumerate(((_WRONG, 6), (6, _FOUND))):
            start = max(context.at(first, 0, 0), wrong.valid.lower)
            planned = parking.plan_rerating(
                version=wrong,
                rules_from=right,
                start=start,
                end=min(context.at(last, 0, 0), wrong.valid.upper),
                reason="夜间漏设封顶，多收部分退回",
                by=context.operator,
                key=_key("rerating", number),
            )
            if number == 0 and planned.state == planned.State.PROPOSED:
                parking.approve_rerating(
                    rerating=planned, by=context.second_operator, note="已核对收费公示牌"
                )
        while parking.run_reratings():
            pass


def _opened(counter: Any, context: Any) -> tuple[CarPark, Tariff, TariffVersion]:
    """With the tariff that lacks the cap of its nights."""
    tariff = parking.create_tariff(
        merchant=counter.merchant,
        name="夜间停车场收费标准",
        by=context.operator,
        key=_key("tariff", counter.merchant.pk),
    )
    draft = parking.save_tariff_draft(
        tariff=tariff, document=_document(cap_fen=None), by=context.operator
    )
    version = parking.publish_tariff_version(version=draft, start=None, by=context.operator)
    store = counter.stores[0]
    car_park = parking.register_car_park(
        merchant=counter.merchant,
        details=parking.CarParkDetails(
            name=f"{store.venue.name}夜间停车场",
            venue=store.venue,
            address=store.venue.address,
            fee_note="夜间 20:30 至次日 7:30 封顶 10 元。",
        ),
        by=context.operator,
        key=_key("car-park", counter.merchant.pk),
    )
    feed = CarPark.objects.filter(merchant=counter.merchant, source="").earliest("pk").feed
    parking.assign_feed(car_park=car_park, feed=feed, by=context.operator)
    parking.assign_tariff(car_park=car_park, tariff=tariff, by=context.operator)
    parking.set_pool(
        car_park=car_park,
        bay_class="standard",
        capacity=60,
        reservable_capacity=0,
        by=context.operator,
    )
    parking.set_car_park_hours(
        car_park=car_park,
        hours=[Stretch(weekday, 0, 1440) for weekday in range(7)],
        by=context.operator,
    )
    car_park.refresh_from_db()
    return car_park, tariff, version


def _document(*, cap_fen: int | None) -> dict[str, Any]:
    """Chongqing's key areas, with this cap of the night or none."""
    document = json.loads(json.dumps(published_tariffs()["chongqing_key_area"].document))
    night = document["tables"][0]["bands"][1]
    if cap_fen is None:
        del night["cap_fen"]
    else:
        night["cap_fen"] = cap_fen
    return dict(document)


def _stay_and_pay(car_park: CarPark, number: int, plate: str, entered_at: Any) -> None:
    """The car leaves now and pays in cash all that is due."""
    assert car_park.feed is not None
    now = clock.now()
    parking.record_gate_events(
        feed=car_park.feed,
        rows=[
            gate_row(car_park, plate, direction, at, f"night-{car_park.pk}-{number}-{direction}")
            for direction, at in ((GateDirection.ENTRY, entered_at), (GateDirection.EXIT, now))
        ],
    )
    stay = Stay.objects.filter(car_park=car_park, left_at=now).latest("pk")
    due = due_of(stay, now)
    assert due is not None
    if due.due_fen:
        parking.record_money(
            stay=stay,
            amount_fen=due.due_fen,
            channel="cash",
            reference=f"demo-{stay.public_id}",
            at=now,
            key=_key("paid", stay.pk),
        )


def _key(name: str, number: int) -> Key:
    return Key.of("demo:parking rerating", f"{name}-{number}")
