"""What a coupon is and where it can be used, in the words a shopper reads."""

import re

from django.utils.translation import gettext as _

from coupons.queries.places import Place
from coupons.rules.benefits import WHOLE, Benefit, CashOff, FreeParking, Gift, PercentOff

_TENTHS = 100
_FLOOR = re.compile(r"L?([0-9]{1,3})F?")


def benefit_in_words(benefit: Benefit) -> str:
    """满 20 元减 5 元, 8.5 折（最高减 30 元）, 兑换：热美式一杯, 停车 120 分钟."""
    match benefit:
        case CashOff(face_fen=face):
            words = _("{from_}减 {face} 元").format(
                from_=_from(benefit.threshold_fen) or _("立"), face=yuan(face)
            )
        case PercentOff(off_bp=off, cap_fen=cap):
            tenths = f"{(WHOLE - off) / 1_000:g}"
            words = _("{from_}{tenths} 折（最高减 {cap} 元）").format(
                from_=_from(benefit.threshold_fen), tenths=tenths, cap=yuan(cap)
            )
        case Gift(what=what):
            words = _("兑换：{what}").format(what=what)
        case FreeParking(minutes=0, fen=fen):
            words = _("停车抵 {fen} 元").format(fen=yuan(fen))
        case FreeParking(minutes=minutes):
            words = _("停车 {minutes} 分钟").format(minutes=minutes)
    return words


def _from(threshold_fen: int) -> str:
    return _("满 {yuan} 元").format(yuan=yuan(threshold_fen)) if threshold_fen else ""


def place_in_words(place: Place) -> str:
    """2 楼同品牌店 under the same roof, 西城天地 2 楼星河书店 elsewhere."""
    if place.same_brand and place.same_venue and not place.floor:
        return place.name
    name = _("同品牌店") if place.same_brand else place.name
    found = _FLOOR.fullmatch(place.floor)
    floor = _("{floor} 楼").format(floor=found[1]) if found else f"{place.floor} ".lstrip()
    venue = "" if place.same_venue else f"{place.venue} "
    return f"{venue}{floor}{name}"


def yuan(fen: int) -> str:
    """500 is 5, 550 is 5.50."""
    whole, rest = divmod(fen, _TENTHS)
    return f"{whole}.{rest:02d}" if rest else str(whole)
