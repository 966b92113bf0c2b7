"""What a coupon is, in the words a shopper reads on it."""

from django.utils.translation import gettext as _

from coupons.rules.benefits import Benefit, CashOff, FreeParking, Gift, PercentOff

_TENTHS = 100


def benefit_in_words(benefit: Benefit) -> str:
    """满 20 元减 5 元, 8.5 折（最高减 30 元）, 兑换：热美式一杯, 停车 120 分钟."""
    match benefit:
        case CashOff(face_fen=face, threshold_fen=threshold):
            if threshold:
                return _("满 {threshold} 元减 {face} 元").format(
                    threshold=yuan(threshold), face=yuan(face)
                )
            return _("立减 {face} 元").format(face=yuan(face))
        case PercentOff(off_bp=off, cap_fen=cap, threshold_fen=threshold):
            words = _("{tenths} 折（最高减 {cap} 元）").format(
                tenths=f"{(10_000 - off) / 1_000:g}", cap=yuan(cap)
            )
            if threshold:
                return _("满 {threshold} 元 {words}").format(threshold=yuan(threshold), words=words)
            return words
        case Gift(what=what):
            return _("兑换：{what}").format(what=what)
        case FreeParking(minutes=minutes, fen=fen):
            if minutes:
                return _("停车 {minutes} 分钟").format(minutes=minutes)
            return _("停车抵 {fen} 元").format(fen=yuan(fen))


def yuan(fen: int) -> str:
    """500 is 5, 550 is 5.50."""
    whole, rest = divmod(fen, _TENTHS)
    return f"{whole}.{rest:02d}" if rest else str(whole)
