"""A reason as a sentence: for the shopper what would help, for the clerk what is the matter."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from coupons.rules.reasons import Reason
from coupons.rules.times import SHANGHAI

_WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))

# For the shopper, for the clerk.
SENTENCES = {
    "below_threshold": (_("还差 {short} 元"), _("未达使用门槛，还差 {short} 元。")),
    "no_eligible_items": (_("账单中没有适用的商品"), _("账单中没有这张券适用的商品。")),
    "not_beside_another": (
        _("不能与已选的券同用，可改选其中一张"),
        _("不能与同一账单上的其他券叠加。"),
    ),
    "not_at_this_hour": (_("{start} 起可用"), _("现在不在可用时段，{start} 起可用。")),
    "not_on_this_day": (_("{start} 起可用"), _("今天不可用，{start} 起可用。")),
    "not_yet_valid": (_("{start} 起可用"), _("尚未生效，{start} 起可用。")),
    "not_at_this_store": (_("{where}可用"), _("本店不在适用范围，{where}可用。")),
    "leased_to_another_store": (
        _("已锁定到其他门店，{end} 后可在这里使用"),
        _("已锁定到其他门店，至 {end}。"),
    ),
    "only_for_parking": (_("停车缴费时可用"), _("停车券，请会员在停车缴费时使用。")),
    "never_again": (_("有效期内已没有可用时段"), _("有效期内已没有可用时段。")),
    "expired": (_("已过期"), _("已于 {end} 过期。")),
    "used": (_("已使用"), _("这张券已使用。")),
    "void": (_("已作废"), _("这张券已作废。")),
}
_ELSEWHERE = _("在适用门店")


def for_shopper(reason: Reason, at: datetime) -> str:
    """What would make the coupon work, as short as a button's caption."""
    return _worded(reason, at, 0)


def for_clerk(reason: Reason, at: datetime) -> str:
    """What speaks against the coupon, as a sentence a clerk can read out."""
    return _worded(reason, at, 1)


def instant(moment: datetime, at: datetime) -> str:
    """An instant as people say it: 14:00, 明天 14:00, 周五 18:00, 10月3日 00:00."""
    local, today = moment.astimezone(SHANGHAI), at.astimezone(SHANGHAI).date()
    clock = f"{local:%H:%M}"
    days = (local.date() - today).days
    if days == 0:
        return clock
    if days == 1:
        return f"{_('明天')} {clock}"
    if 1 < days < 7 - today.weekday():
        return f"{_WEEKDAYS[local.weekday()]} {clock}"
    day = _("{month}月{day}日").format(month=local.month, day=local.day)
    year = "" if local.year == today.year else _("{year}年").format(year=local.year)
    return f"{year}{day} {clock}"


def _worded(reason: Reason, at: datetime, whom: int) -> str:
    facts = reason.facts
    words: dict[str, str] = {}
    if "short_fen" in facts:
        yuan, rest = divmod(facts["short_fen"], 100)
        words["short"] = f"{yuan}.{rest:02d}"
    if "from" in facts:
        words["start"] = instant(facts["from"], at)
    if "until" in facts:
        words["end"] = instant(facts["until"], at)
    where = "、".join(facts.get("where", ()))
    words["where"] = _("在 {places} ").format(places=where) if where else str(_ELSEWHERE)
    return str(SENTENCES[reason.code][whom]).format(**words)
