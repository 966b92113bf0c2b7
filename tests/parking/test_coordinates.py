"""Positions: the published vectors of GCJ-02, and the way there and back."""

import random

import pytest

from parking.register.coordinates import (
    GeoPoint,
    distance_m,
    gcj02_to_wgs84,
    utm_to_wgs84,
    walking_m,
    walking_minutes,
    wgs84_to_gcj02,
)

# The test vectors of googollee/eviltransform: Shanghai, Shenzhen, Beijing.
PUBLISHED = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]


@pytest.mark.parametrize(("wgs84", "gcj02"), PUBLISHED)
def test_gcj02_is_the_published_one(wgs84, gcj02):
    there = wgs84_to_gcj02(GeoPoint(*wgs84))

    assert (there.latitude, there.longitude) == pytest.approx(gcj02, abs=1e-12)


def test_the_way_back_is_exact_to_a_centimetre_all_over_china():
    chance = random.Random(13)
    for _ in range(500):
        point = GeoPoint(chance.uniform(18, 53), chance.uniform(74, 135))
        assert distance_m(gcj02_to_wgs84(wgs84_to_gcj02(point)), point) < 0.01


@pytest.mark.parametrize("place", [(48.0, 7.85), (-33.9, 151.2), (0.0, 0.0)])
def test_abroad_both_systems_are_one(place):
    assert wgs84_to_gcj02(GeoPoint(*place)) == gcj02_to_wgs84(GeoPoint(*place)) == GeoPoint(*place)


def test_a_gcj02_point_taken_for_wgs84_lies_hundreds_of_metres_away():
    point = GeoPoint(30.25, 120.16)

    assert 400 < distance_m(point, wgs84_to_gcj02(point)) < 700


def test_the_central_meridian_of_a_utm_zone_is_exact():
    equator = utm_to_wgs84(500_000, 0, utm_zone=32)

    assert (equator.latitude, equator.longitude) == pytest.approx((0, 9))


def test_utm_measures_what_the_sphere_measures():
    """A kilometre east and north in the grid is a kilometre on earth, to the scale of 0.9996 and the ellipsoid."""
    here = utm_to_wgs84(413_824.9, 5_317_088.9, utm_zone=32)
    east = utm_to_wgs84(414_824.9, 5_317_088.9, utm_zone=32)

    assert (here.latitude, here.longitude) == pytest.approx((48.00129, 7.84473), abs=1e-5)
    assert distance_m(here, east) == pytest.approx(1_000, rel=0.004)


@pytest.mark.parametrize("point", [(0, 0), (500_000, -1), (500_000, 9_999_999)])
def test_what_lies_in_no_zone_is_refused(point):
    with pytest.raises(ValueError, match="outside"):
        utm_to_wgs84(*point, utm_zone=32)


def test_people_walk_further_than_birds_fly():
    here, there = GeoPoint(30.25, 120.16), GeoPoint(30.26, 120.16)

    assert round(distance_m(here, there)) == 1_112
    assert walking_m(here, there) == 1_446
    assert walking_minutes(1_446) == 20
    assert walking_minutes(0) == 1
