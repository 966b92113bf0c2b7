"""What the demo has of WeChat's parking service and of arrears: cars in each state, as WeChat would have answered.

The stand-in for WeChat knows nothing of these cars.
"""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member
from district.wechat.pay.parking import ReportedEntry
from parking import services as parking
from parking.demo_stays import gate_row
from parking.models import (
    Arrears,
    CarPark,
    Vehicle,
    WechatCharge,
    WechatEntry,
    WechatPlate,
)
from parking.plates import parse_plate
from parking.stays.values import GateDirection
from parking.wechat_parking.charges import note_charge_notice
from parking.wechat_parking.entries import end_entries, note_entry_answer, want_entries
from parking.wechat_parking.values import ReportedCharge

# Of each plate that WeChat serves: what becomes of its car.
_CARS = ("inside", "overdue", "accepted", "paid", "advanced", "failed", "repaid")
# The first members have cars already.
_FIRST_PERSON = 16
_NOW = (0, 20, 40)
_STAYED, _LEFT_AGO = timedelta(minutes=100), timedelta(minutes=30)


def play_wechat_parking(context: Any) -> None:
    """At a small car park of both operators that asks for what was left unpaid."""
    people = list(islice(context.member_cycle(), _FIRST_PERSON, _FIRST_PERSON + len(_CARS) + 1))
    for number, counter in enumerate(context.main_merchants):
        model = CarPark.objects.filter(merchant=counter.merchant, source="").earliest("pk")
        with context.travel_to(8, 9):
            car_park = _car_park(model, context)
        with context.travel_to(*_NOW):
            play_wechat_cars(car_park, people, number, context.operator, context.second_operator)


def play_wechat_cars(
    car_park: CarPark, people: list[Member], number: int, proposer: Any, decider: Any
) -> None:
    """A car in each state, and what was left unpaid; one arrears are written off by two people, one shall be."""
    plates = {f"浙A9{number:03}{place}": fate for place, fate in enumerate(_CARS)}
    served = [
        _vehicle(person, plate, WechatPlate.State.NORMAL, proposer)
        for person, plate in zip(people, plates, strict=False)
    ]
    # One whose plate WeChat does not serve, and one of whom we know nothing.
    plates |= {f"浙B9{number:03}0": "unpaid", f"浙C9{number:03}0": "unpaid"}
    _vehicle(people[-1], f"浙B9{number:03}0", WechatPlate.State.NOT_OPENED, proposer)
    left_at = clock.now() - _LEFT_AGO
    _pass(car_park, list(plates), GateDirection.ENTRY, left_at - _STAYED)
    with clock.travel_to(left_at - _STAYED):
        _answer_entries(served)
    gone = [plate for plate, fate in plates.items() if fate not in {"inside", "overdue"}]
    _pass(car_park, gone, GateDirection.EXIT, left_at)
    with clock.travel_to(left_at + timedelta(minutes=1)):
        end_entries()
        for entry in WechatEntry.objects.filter(stay__car_park=car_park, state="charged"):
            _settle(entry.charge, _fate(entry.vehicle, served))
    WechatCharge.objects.filter(state="accepted").update(next_attempt_at=_never())
    parking.reckon_stays()
    parking.remind_of_arrears()
    first, second = Arrears.objects.filter(
        stay__car_park=car_park, cause=Arrears.Cause.LEFT_UNPAID
    ).order_by("pk")
    for row in (first, second):
        proposal = parking.propose_write_off(
            arrears=row,
            reason="出口识别故障，车主已在岗亭付现金",
            by=proposer,
            key=Key.of("demo:parking", f"write-off-{row.pk}"),
        )
        if row == first:
            parking.approve_write_off(proposal=proposal, by=decider, note="已核对岗亭收据")


def _car_park(model: CarPark, context: Any) -> CarPark:
    car_park = parking.register_car_park(
        merchant=model.merchant,
        details=parking.CarParkDetails(
            name=f"{model.name}（先离场后付费）",
            venue=model.venue,
            address=model.address,
            latitude=model.latitude,
            longitude=model.longitude,
        ),
        by=context.operator,
        key=Key.of("demo:parking", f"wechat-{model.pk}"),
    )
    parking.set_pool(car_park=car_park, bay_class="standard", capacity=40, by=context.operator)
    parking.set_car_park_hours(
        car_park=car_park, hours=[], round_the_clock=True, by=context.operator
    )
    parking.assign_feed(car_park=car_park, feed=model.feed, by=context.operator)
    parking.assign_tariff(car_park=car_park, tariff=model.tariff, by=context.operator)
    return parking.set_arrears_policy(car_park=car_park, collects_arrears=True, by=context.operator)


def _vehicle(member: Member, plate: str, state: str, by: Any) -> Vehicle:
    vehicle = parking.register_vehicle(
        member=member, plate=plate, key=Key.of("demo:parking", f"wechat-vehicle-{plate}")
    )
    WechatPlate.objects.create(
        vehicle=vehicle, state=state, asked_at=clock.now(), next_attempt_at=_never()
    )
    return parking.verify_vehicle(vehicle=vehicle, note="行驶证已核对", by=by)


def _never() -> datetime:
    """Nobody asks the stand-in, which knows nothing of these cars."""
    return clock.real_now() + timedelta(days=365)


def _fate(vehicle: Vehicle, served: list[Vehicle]) -> str:
    return _CARS[served.index(vehicle)]


def _answer_entries(served: list[Vehicle]) -> None:
    want_entries()
    for entry in WechatEntry.objects.filter(vehicle__in=served, state="waiting"):
        is_overdue = _fate(entry.vehicle, served) == "overdue"
        note_entry_answer(
            entry=entry,
            reported=ReportedEntry(
                parking_id=f"16{entry.pk:016}",
                out_parking_no=entry.stay.public_id,
                state="BLOCKED" if is_overdue else "NORMAL",
                block_reason="OVERDUE" if is_overdue else None,
            ),
        )


def _settle(charge: WechatCharge, fate: str) -> None:
    _note(charge, "accepted", "ACCEPTED")
    if fate in {"failed", "repaid"}:
        _note(charge, "failed", "FAIL", failure="账户余额不足")
    if fate in {"paid", "advanced", "repaid"}:
        is_advanced = fate != "paid"
        is_repaid = (fate == "repaid") if is_advanced else None
        _note(charge, "paid", "SUCCESS", is_advanced=is_advanced, is_repaid=is_repaid)


def _note(charge: WechatCharge, state: str, word: str, **more: Any) -> None:
    WechatCharge.objects.filter(pk=charge.pk, sent_at=None).update(sent_at=clock.now())
    note_charge_notice(
        reported=ReportedCharge(
            number=charge.number,
            state=state,
            amount_fen=charge.amount_fen,
            word=word,
            transaction_id=f"42{charge.pk:026}",
            paid_at=clock.now(),
            payer_total_fen=charge.amount_fen,
            **more,
        )
    )


def _pass(car_park: CarPark, plates: list[str], direction: GateDirection, at: Any) -> None:
    assert car_park.feed is not None
    rows = []
    lane = 2 if direction is GateDirection.EXIT else 1
    for place, plate in enumerate(plates):
        event_id = f"gate-9{car_park.pk:06}{place:03}{lane}"
        rows.append(gate_row(car_park, parse_plate(plate).number, direction, at, event_id))
    parking.record_gate_events(feed=car_park.feed, rows=rows)
