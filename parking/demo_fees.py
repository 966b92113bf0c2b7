"""What the demo has of fees: stays paid with each kind of tender, minutes that shops gave, refunds, one undecided."""

from datetime import timedelta
from typing import Any

from coupons import services as coupons
from coupons.models import Coupon, TemplateVersion
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member
from district.merchants.models import Store
from loyalty.queries import balance_of
from parking import services as parking
from parking.demo_stays import gate_row
from parking.models import CarPark, ParkingQuote, Stay
from parking.queries.stays import stays_of
from parking.stays.values import GateDirection

_NOW = (0, 20, 35)
# How many minutes ago the cars came.
_PLATES = {"浙F70001": 201, "浙F70002": 204, "浙F70003": 209, "浙F70004": 215, "浙F70005": 222}
_POINTS = 300


def play_fees(context: Any) -> None:
    """At the first car park of the first operator."""
    counter, shop = context.main_merchants
    with context.travel_to(*_NOW):
        car_park = CarPark.objects.filter(merchant=counter.merchant, source="").earliest("pk")
        car_park = parking.set_fee_terms(
            car_park=car_park, store=counter.stores[0], exit_grace_minutes=15, by=context.operator
        )
        for giver in (counter, shop):
            _rules(giver.stores[0], car_park, context)
        _give_minutes(counter.stores[0], "DEMO-7003", 15_000, context)
        members = [
            member
            for member in reversed(context.members)
            if balance_of(member, clock.real_now()).available >= _POINTS
        ]
        stays = [
            _parked(car_park, plate, member, context)
            for plate, member in zip(_PLATES.items(), members, strict=False)
        ]
        for play, (stay, member) in zip(
            (_with_coupon, _with_validation, _given_back, _waits), stays, strict=False
        ):
            play(stay, member, shop.stores[0], context)
    # By today's clock, by which beat may have swept the points that ended overnight.
    for stay, member in stays[4:]:
        _with_points(stay, member, shop.stores[0], context)


def _rules(store: Store, car_park: CarPark, context: Any) -> None:
    for from_fen, minutes in ((10_000, 60), (20_000, 120)):
        parking.set_validation_rule(
            merchant=store.merchant,
            from_fen=from_fen,
            minutes=minutes,
            car_parks=[car_park],
            by=context.operator,
        )


def _parked(
    car_park: CarPark, car: tuple[str, int], member: Member, context: Any
) -> tuple[Stay, Member]:
    at, (plate, minutes) = clock.now(), car
    vehicle = parking.register_vehicle(
        member=member, plate=plate, key=_key("demo fee vehicle", plate)
    )
    parking.verify_vehicle(vehicle=vehicle, note="行驶证", by=context.operator)
    assert car_park.feed is not None
    came = at - timedelta(minutes=minutes)
    entered = gate_row(car_park, plate, GateDirection.ENTRY, came)
    parking.record_gate_events(feed=car_park.feed, rows=[entered])
    return stays_of(member).filter(car_park=car_park).latest("pk"), member


def _quote(stay: Stay, member: Member, **options: Any) -> ParkingQuote:
    key = _key("demo fee quote", stay.public_id)
    return parking.quote_fee(stay=stay, member=member, key=key, **options)


def _pay(stay: Stay, reference: str) -> None:
    """With money at the exit."""
    parking.record_money(
        stay=stay,
        amount_fen=6_000,
        channel="cash",
        reference=reference,
        at=clock.now(),
        key=_key("demo fee money", reference),
    )


def _with_coupon(stay: Stay, member: Member, store: Store, context: Any) -> None:
    version = TemplateVersion.objects.filter(kind="parking", state="published").first()
    given = []
    if version is not None:
        # It begins to be valid on the next day.
        with context.travel_to(3, 9):
            made = coupons.issue_coupon(
                version=version,
                member=member,
                source=Coupon.Source.ISSUE,
                key=_key("demo fee coupon", stay.public_id),
                limited=False,
            )
        given = [made.public_id]
    if _quote(stay, member, coupons=given).state == ParkingQuote.State.QUOTED:
        _pay(stay, "demo-cash-1")


def _with_points(stay: Stay, member: Member, store: Store, context: Any) -> None:
    """As far as they reach; the rest is quoted and waits."""
    _quote(stay, member, points=_POINTS)


def _with_validation(stay: Stay, member: Member, store: Store, context: Any) -> None:
    _give_minutes(store, "DEMO-7001", 23_800, context, stay)
    _give_minutes(store, "DEMO-7002", 12_600, context)
    _pay(stay, "demo-cash-2")


def _give_minutes(
    store: Store, receipt_no: str, paid_fen: int, context: Any, stay: Stay | None = None
) -> None:
    """For a receipt: to the stay, or to a car that has not come yet."""
    parking.grant_validation(
        store=store,
        receipt_no=receipt_no,
        paid_fen=paid_fen,
        stay=stay,
        plate="浙F70009",
        actor=f"user:{context.operator.pk}",
        key=_key("demo validation", receipt_no),
    )


def _given_back(stay: Stay, member: Member, store: Store, context: Any) -> None:
    _pay(stay, "demo-cash-3")
    parking.propose_fee_refund(
        stay=stay,
        amount_fen=500,
        reason="闸机故障，多计一小时",
        by=context.operator,
        key=_key("demo fee refund"),
    )


def _waits(stay: Stay, member: Member, store: Store, context: Any) -> None:
    """A refund that another person decides."""
    parking.record_money(
        stay=stay,
        amount_fen=1_200_000,
        channel="cash",
        reference="demo-cash-4",
        at=clock.now(),
        key=_key("demo fee money", "demo-cash-4"),
    )
    parking.propose_fee_refund(
        stay=stay,
        amount_fen=1_190_000,
        reason="现金金额录入有误",
        by=context.operator,
        key=_key("demo fee refund", 2),
    )


def _key(name: str, number: str | int = 0) -> Key:
    return Key.of("demo", f"{name} {number}")
