"""Pure: positions in WGS-84 (GPS), GCJ-02 (Chinese maps, WeChat) and UTM, and how far they lie apart.

GCJ-02 has no official publication. The constants and the two series are those that open libraries share
(googollee/eviltransform, wandergis/coordtransform, both MIT): the axis and the eccentricity of the Krasovsky 1940
ellipsoid. The way back is worked out by iteration. UTM is the inverse of Krüger's series of 1912 to the third order
(C. F. F. Karney, "Transverse Mercator with an accuracy of a few nanometers", 2011) on the GRS 80 ellipsoid, whose
ETRS 89 lies less than a metre from WGS-84 in Europe.
"""

import math
from dataclasses import dataclass
from typing import Final

_A: Final = 6_378_245.0
_EE: Final = 0.006_693_421_622_965_943_23
# The box that the libraries convert in; outside of it GCJ-02 and WGS-84 are the same.
_CHINA: Final = ((0.8293, 55.8271), (72.004, 137.8347))
_EARTH_RADIUS_M: Final = 6_371_008.8
_ITERATIONS: Final = 8

_UTM_SCALE: Final = 0.9996
_UTM_FALSE_EASTING_M: Final = 500_000.0
_GRS80_A: Final = 6_378_137.0
_GRS80_F: Final = 1 / 298.257_222_101

# A straight line is shorter than the way on foot, and people walk so many metres a minute.
_DETOUR: Final = 1.3
_METRES_A_MINUTE: Final = 75


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """Degrees of latitude and longitude, in the system that the name of the variable says."""

    latitude: float
    longitude: float


def wgs84_to_gcj02(point: GeoPoint) -> GeoPoint:
    if not _in_china(point):
        return point
    latitude_shift, longitude_shift = _shift(point)
    return GeoPoint(point.latitude + latitude_shift, point.longitude + longitude_shift)


def gcj02_to_wgs84(point: GeoPoint) -> GeoPoint:
    """The point that `wgs84_to_gcj02` brings here, to less than a centimetre."""
    if not _in_china(point):
        return point
    guess = point
    for _ in range(_ITERATIONS):
        there = wgs84_to_gcj02(guess)
        guess = GeoPoint(
            guess.latitude + point.latitude - there.latitude,
            guess.longitude + point.longitude - there.longitude,
        )
    return guess


def utm_to_wgs84(easting_m: float, northing_m: float, *, utm_zone: int) -> GeoPoint:
    """A point of the northern half of a UTM zone. Raises ValueError for what lies in none."""
    if not (100_000 <= easting_m <= 900_000 and 0 <= northing_m <= 9_400_000):  # noqa: PLR2004
        raise ValueError("outside of the zone")
    n = _GRS80_F / (2 - _GRS80_F)
    rectifying_radius = _GRS80_A / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    beta = (
        n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96,
        n**2 / 48 + n**3 / 15,
        17 * n**3 / 480,
    )
    delta = (2 * n - 2 * n**2 / 3 - 2 * n**3, 7 * n**2 / 3 - 8 * n**3 / 5, 56 * n**3 / 15)
    xi = northing_m / (_UTM_SCALE * rectifying_radius)
    eta = (easting_m - _UTM_FALSE_EASTING_M) / (_UTM_SCALE * rectifying_radius)
    xi_sphere = xi - sum(
        b * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, b in enumerate(beta, 1)
    )
    eta_sphere = eta - sum(
        b * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, b in enumerate(beta, 1)
    )
    chi = math.asin(math.sin(xi_sphere) / math.cosh(eta_sphere))
    latitude = chi + sum(d * math.sin(2 * j * chi) for j, d in enumerate(delta, 1))
    longitude = math.atan2(math.sinh(eta_sphere), math.cos(xi_sphere))
    return GeoPoint(math.degrees(latitude), math.degrees(longitude) + 6 * utm_zone - 183)


def distance_m(a: GeoPoint, b: GeoPoint) -> float:
    """Metres along a great circle between two points of the same system."""
    north, south = math.radians(a.latitude), math.radians(b.latitude)
    chord = (
        math.sin((north - south) / 2) ** 2
        + math.cos(north)
        * math.cos(south)
        * math.sin(math.radians(a.longitude - b.longitude) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def walking_m(a: GeoPoint, b: GeoPoint) -> int:
    """An estimate of the way on foot: the straight line and a third, in whole metres."""
    return round(distance_m(a, b) * _DETOUR)


def walking_minutes(metres: int) -> int:
    """How long people take for it, at least a minute."""
    return max(1, math.ceil(metres / _METRES_A_MINUTE))


def _in_china(point: GeoPoint) -> bool:
    (south, north), (west, east) = _CHINA
    return south <= point.latitude <= north and west <= point.longitude <= east


def _shift(point: GeoPoint) -> tuple[float, float]:
    """How far GCJ-02 moves a WGS-84 point, in degrees of latitude and longitude."""
    x, y = point.longitude - 105.0, point.latitude - 35.0
    ripple = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + ripple
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + ripple
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    latitude = math.radians(point.latitude)
    magic = 1 - _EE * math.sin(latitude) ** 2
    return (
        math.degrees(north * magic**1.5 / (_A * (1 - _EE))),
        math.degrees(east * math.sqrt(magic) / (_A * math.cos(latitude))),
    )
