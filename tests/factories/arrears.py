"""What was left unpaid, and a car in each state of WeChat's parking service, without WeChat."""

from datetime import timedelta
from itertools import count
from typing import Any

from district.kernel import clock
from district.members.models import Member, User
from parking import services as parking
from parking.demo_wechat import play_wechat_cars
from parking.models import Arrears, CarPark, Vehicle
from tests.factories.members import make_member, make_operator
from tests.factories.parking import make_vehicle
from tests.factories.stays import make_gated_car_park, make_stay
from tests.factories.tariffs import make_tariff, make_tariff_version

_numbers = count(1)


def make_collecting_car_park(car_park: CarPark | None = None) -> CarPark:
    """A car park that has charged for a month, and asks for what was left unpaid."""
    car_park = car_park or make_gated_car_park()
    tariff = make_tariff(car_park.merchant)
    with clock.travel_to(clock.now() - timedelta(days=30)):
        make_tariff_version(tariff)
    parking.assign_tariff(car_park=car_park, tariff=tariff, by=None)
    return parking.set_arrears_policy(car_park=car_park, collects_arrears=True, by=None)


def make_arrears(member: Member | None = None) -> Arrears:
    """A car of the member's that left without paying."""
    number = f"浙C{next(_numbers):05d}"
    member = member or make_member()
    vehicle = make_vehicle(member, number)
    Vehicle.objects.filter(pk=vehicle.pk).update(verified_at=clock.now())
    stay = make_stay(make_collecting_car_park(), number, left=True)
    with clock.travel_to(clock.now() + timedelta(minutes=16)):
        parking.reckon_stays()
    # The next one is made as well, though a member has five at most.
    Vehicle.objects.filter(pk=vehicle.pk).update(removed_at=clock.now(), is_default=False)
    return Arrears.objects.get(stay=stay)


def make_wechat_cars(car_park: CarPark, by: Any) -> None:
    people = [make_member() for _ in range(8)]
    other = User.objects.filter(is_superuser=True).exclude(pk=by.pk).first()
    other = other or make_operator("genben")
    play_wechat_cars(make_collecting_car_park(car_park), people, next(_numbers), by, other)
