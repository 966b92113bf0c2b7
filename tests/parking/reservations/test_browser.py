"""The screens of reservations in a real browser, on a phone and at a computer: nothing overflows, and all can be read."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from district.kernel import clock
from parking import services as parking
from parking.models import PlateDispute, Stay
from parking.queries.vehicles import plate_of
from tests.admin.browser import DESKTOP, PHONE, BrowserUser, open_browser
from tests.admin.test_browser import assets, linked_assets  # noqa: F401 - fixtures
from tests.factories.members import PASSWORD, make_member, make_operator
from tests.factories.merchants import make_merchant
from tests.factories.parking import (
    fresh_key,
    make_car_park,
    make_feed,
    make_pool,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)
from tests.factories.stays import make_stay

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture
def addresses(real_db, linked_assets):  # noqa: F811
    """A car park with a busy afternoon, one that is full, one too many for families; and what waits to be decided."""
    operator = make_operator()
    operator.set_password(PASSWORD)
    operator.save()
    merchant = make_merchant()
    car_park = make_car_park(feed=make_feed(merchant), name="湖滨银泰地下停车场")
    pool = make_reservable_pool(6, car_park=car_park)
    family = make_pool(car_park, bay_class="family", capacity=4, reservable_capacity=2)
    north = make_reservable_pool(2, car_park=make_car_park(merchant, name="北区停车楼"))
    # Tomorrow from noon on.
    noon = clock.now().astimezone(clock.SHANGHAI).replace(hour=12, minute=0) + timedelta(days=1)
    wait = (noon - clock.now()).total_seconds() / 3_600
    for hours, length, count in ((0, 3, 3), (1, 2, 2), (2, 1, 1), (6, 2, 1)):
        for _ in range(count):
            last = make_reservation(pool, window=window_in(wait + hours, length=length))
    for _ in range(2):
        make_reservation(family, window=window_in(wait + 1))
    make_pool(car_park, bay_class="family", capacity=4, reservable_capacity=1)
    missed = make_reservation(north)
    with clock.travel_to(missed.late_until):
        parking.end_due_reservations()
    parking.contest_no_show(reservation=missed, statement="十点就到了，闸机没有识别到车牌")
    vehicle = make_vehicle()
    parking.dispute_plate(
        member=make_member(), plate=plate_of(vehicle), statement="已过户", key=fresh_key()
    )
    stay = make_stay(car_park)
    parking.reveal_plate(stay=stay, reason="车主到服务台报失钥匙", by=operator)
    board = f"desks/parking-board/?car_park={car_park.public_id}&day={noon:%Y-%m-%d}"
    at = quote((noon + timedelta(hours=1)).isoformat(timespec="seconds"))
    return operator.username, {
        "board": board,
        "board-slot": f"{board}&pool={pool.public_id}&at={at}",
        "reservations": "parking/reservation/",
        "reservation": f"parking/reservation/{last.pk}/change/",
        "relocate": f"parking/reservation/{last.pk}/relocate/",
        "contest": f"parking/noshowcontest/{missed.pk}/accept/",
        "dispute": f"parking/platedispute/{PlateDispute.objects.get().pk}/change/",
        "policy": f"parking/carpark/{car_park.pk}/policy/",
        "bays": f"parking/carpark/{car_park.pk}/bays/",
        "car-park": f"parking/carpark/{car_park.pk}/change/",
        "close": f"parking/carpark/{car_park.pk}/close/",
        "vehicle": f"parking/vehicle/{vehicle.pk}/verify/",
        "search-plate": "parking/stay/search-plate/",
        "reveal": f"parking/stay/{Stay.objects.get().pk}/reveal/",
        "look-ups": "parking/platelookup/",
    }


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_screen_of_reservations_fits_and_can_be_read(addresses, web, size):
    username, paths = addresses
    with open_browser() as browser:
        visitor = BrowserUser(browser, web.base_url, size=size)
        visitor.sign_in(username, PASSWORD)
        for name, path in paths.items():
            page = visitor.open_page(f"/admin/{path}")
            if name == "close":
                page.click("button:has-text('下一步')")
                page.wait_for_selector("text=预约的去向")
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{size['width']}.png", full_page=True)
            assert (name, visitor.overflow_px(), visitor.page_errors) == (name, 0, [])
            assert (name, visitor.low_contrast_texts()) == (name, [])
