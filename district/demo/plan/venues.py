"""The five venues, on an island that does not exist."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class PlannedVenue:
    """A mall with floors, or a street with numbered addresses."""

    code: str
    kind: str
    name: str
    short: str
    address: str
    floors: tuple[str, ...]
    latitude: Decimal
    longitude: Decimal
    weight: float


# In the open sea, far from any street that exists.
_VENUES = """
wangxi   mall   望溪天地购物中心 望溪天地 望溪大道/188/号 B1,1F,2F,3F,4F,5F,6F 29.401200 125.802400 1.35
xinglan  mall   星澜广场         星澜广场 星澜路/66/号    B1,1F,2F,3F,4F,5F    29.406800 125.811300 1.1
jinping  mall   锦屏里购物中心   锦屏里   锦屏街/9/号     B1,1F,2F,3F,4F       29.396100 125.795700 0.85
zhenhe   street 枕河老街         枕河老街 枕河路          -                    29.399500 125.806900 0.8
dengying street 灯影里夜市街     灯影里   灯影里步行街    -                    29.403700 125.799200 0.75
"""


def _read(line: str) -> PlannedVenue:
    code, kind, name, short, street, floors, latitude, longitude, weight = line.split()
    return PlannedVenue(
        code=code,
        kind=kind,
        name=name,
        short=short,
        address=f"虚构省示例市演示区{street.replace('/', ' ')}",
        floors=() if floors == "-" else tuple(floors.split(",")),
        latitude=Decimal(latitude),
        longitude=Decimal(longitude),
        weight=float(weight),
    )


VENUES = tuple(map(_read, _VENUES.strip().splitlines()))
