"""What the cross-cutting tests need of fees: stays that cost something now, quotes of them, a shop with a rule."""

from datetime import timedelta

from district.kernel import clock
from district.members.models import Member, User
from district.merchants.models import Store
from parking import services as parking
from parking.models import CarPark, ParkingQuote, Stay
from parking.queries.vehicles import plate_of, vehicles_of
from tests.factories.parking import fresh_key, make_car_park, make_feed, make_vehicle
from tests.factories.stays import make_stay
from tests.factories.tariffs import make_tariff, make_tariff_version


def make_priced_car_park(store: Store | None = None) -> CarPark:
    """It charges since three hours."""
    feed = make_feed(store.merchant if store else None)
    with clock.travel_to(clock.now() - timedelta(hours=3)):
        car_park, tariff = make_car_park(feed=feed), make_tariff(feed.merchant)
        make_tariff_version(tariff)
        return parking.assign_tariff(car_park=car_park, tariff=tariff, by=None)


def make_owned_stay(car_park: CarPark, member: Member) -> Stay:
    """The member's first car, whose papers somebody saw, came two hours ago."""
    vehicle = vehicles_of(member).order_by("pk").first() or make_vehicle(member)
    vehicles_of(member).filter(pk=vehicle.pk).update(verified_at=clock.now())
    return make_stay(car_park, plate_of(vehicle), minutes=120)


def make_quote(member: Member) -> ParkingQuote:
    stay = make_owned_stay(make_priced_car_park(), member)
    return parking.quote_fee(stay=stay, member=member, key=fresh_key())


def make_rule(store: Store, car_park: CarPark) -> None:
    """An hour from a yuan on."""
    parking.set_validation_rule(
        merchant=store.merchant, from_fen=100, minutes=60, car_parks=[car_park], by=None
    )


def make_fee_rows(store: Store, operator: User) -> None:
    """A paid stay with a validation, a refund, and one that waits for another person."""
    car_park = make_priced_car_park(store)
    make_rule(store, car_park)
    stay = make_stay(car_park, "浙F12345", minutes=150)
    parking.grant_validation(
        store=store,
        receipt_no=f"R{store.pk}",
        paid_fen=10_000,
        plate="浙F12345",
        actor="till:1",
        key=fresh_key(),
    )
    parking.record_money(
        stay=stay,
        amount_fen=100_000_000,
        channel="cash",
        reference=f"cash-{store.pk}",
        at=clock.now(),
        key=fresh_key(),
    )
    for amount_fen in (100, 90_000_000):
        parking.propose_fee_refund(
            stay=stay, amount_fen=amount_fen, reason="多收", by=operator, key=fresh_key()
        )
