"""A car park that has charged for ten days, at noon of a Tuesday."""

import pytest

from district.kernel import clock
from tests.parking.reratings.charging_steps import NOW, make_charging_car_park


@pytest.fixture
def noon(db):
    with clock.travel_to(NOW):
        yield NOW


@pytest.fixture
def charging(noon):
    return make_charging_car_park()
