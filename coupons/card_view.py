"""The face of a coupon: what a shopper reads on it before and after it is claimed.

The preview of a draft, the page behind a printed code and the poster show the same face.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from coupons.engine.audience import Audience
from coupons.engine.benefits import AppliesTo
from coupons.engine.scope import CouponScope, Places
from coupons.engine.text import plain_yuan
from coupons.models import TemplateVersion
from coupons.qr_links import picture_path_of
from coupons.queries.place_names import PlaceNames, place_names
from coupons.queries.versions import terms_of_row, validity_of
from coupons.texts import (
    never_in_words,
    stretch_in_words,
    validity_in_words,
    windows_in_words,
)

# A restaurant grants it for an empty plate.
CLEAN_PLATE = "clean_plate"
_MOST_NAMES = 4
_MINUTES_OF_AN_HOUR, _MINUTES_OF_A_DAY = 60, 24 * 60


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: what it is about, and what it says."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CardView:
    """`value` and `unit` are the large print (¥ 5, 8.5 折), `benefit` says it in full; `lines` are the
    conditions of use, `ways` how one gets it."""

    name: str
    giver: str
    kind: str
    sign: str
    value: str
    unit: str
    benefit: str
    lines: tuple[Condition, ...]
    ways: tuple[Condition, ...]
    instructions: str = ""
    picture_path: str = ""

    @property
    def is_long(self) -> bool:
        """Whether the large print has to be smaller to fit."""
        return len(self.value) > 6  # noqa: PLR2004 - 888.88


def card_view_of(version: TemplateVersion) -> CardView:
    """What a version looks like to the shopper; the version and its template need not be stored."""
    benefit, merchant = terms_of_row(version).benefit, version.template.merchant
    names = place_names(places_named_by(version))
    sign, value, unit = benefit.large_print()
    return CardView(
        name=version.template.name,
        giver=merchant.name if merchant else _("商圈平台"),
        kind=version.get_kind_display(),
        sign=sign,
        value=value,
        unit=unit,
        benefit=benefit.text(),
        lines=tuple(_conditions(_lines(version, names))),
        ways=tuple(_conditions(_ways(version, names))),
        instructions=version.instructions,
        picture_path=picture_path_of(version.picture) if version.picture else "",
    )


def conditions_of(version: TemplateVersion, names: PlaceNames) -> tuple[Condition, ...]:
    """All lines of the face: the conditions of use, then how one gets it."""
    return (*_conditions(_lines(version, names)), *_conditions(_ways(version, names)))


def places_named_by(version: TemplateVersion) -> list[Places]:
    """The places whose names the face says, to ask for all of them at once."""
    scope, audience = CouponScope.of(version.scope), Audience.of(version.audience)
    merchants = audience.bought_at | audience.granted_by
    return [scope.only, scope.but_not, Places(merchants=merchants)]


def scope_in_words(scope: CouponScope, names: PlaceNames | None = None) -> list[str]:
    """Where and on what a coupon holds, a sentence each."""
    names = names or place_names([scope.only, scope.but_not])
    texts = [_("限{places}").format(places=_places(scope.only, names))] if scope.only else []
    if not scope.only:
        texts = [_("商圈联盟全部门店")]
    if scope.but_not:
        texts.append(_("{places}除外").format(places=_places(scope.but_not, names)))
    if scope.products:
        texts.append(_("限指定商品"))
    if scope.but_no_products:
        texts.append(_("部分商品除外"))
    return texts


def audience_in_words(audience: Audience, names: PlaceNames | None = None) -> list[str]:
    """Who may have one, a condition each; nothing where everybody may."""
    names = names or place_names([Places(merchants=audience.bought_at | audience.granted_by)])
    bought, by = (
        _merchant_names(audience.bought_at, names),
        _merchant_names(audience.granted_by, names),
    )
    texts = []
    if audience.new_within_days is not None:
        texts.append(_("入会 {days} 天内的新会员").format(days=audience.new_within_days))
    if audience.tags:
        texts.append(_("活动指定会员"))
    if audience.bought_at:
        texts.append(_("在{merchants}消费过的会员").format(merchants=bought))
    if audience.granted:
        what = _("“光盘”") if audience.granted == CLEAN_PLATE else _("活动")
        who = by or _("商户")
        texts.append(_("获得{who}{what}认可的会员").format(who=who, what=what))
    return texts


def _lines(version: TemplateVersion, names: PlaceNames) -> Iterator[tuple[str, str]]:
    terms = terms_of_row(version)
    benefit = terms.benefit
    yield _("有效期"), validity_in_words(validity_of(version))
    yield _("可用时段"), windows_in_words(terms.schedule) or _("有效期内均可使用")
    yield _("不可用日期"), never_in_words(terms.schedule)
    on_bills = AppliesTo.BILL in benefit.applies_to
    where = scope_in_words(terms.scope, names) if on_bills else [_("停车缴费时使用")]
    yield _("适用范围"), "；".join(where)
    if version.threshold_fen and not benefit.takes_off_bill:
        yield _("使用门槛"), _("满 {yuan} 元可用").format(yuan=plain_yuan(version.threshold_fen))
    yield _("使用次数"), _times(version)
    yield (
        _("叠加使用"),
        {
            "alone": _("不与其他优惠券同时使用"),
            "one_per_kind": _("同类型的券每单限用一张"),
            "one_per_level": _("平台券与商户券每单各限一张"),
            "free": _("可与其他可叠加的券同时使用"),
        }[version.stacking],
    )


def _times(version: TemplateVersion) -> str:
    if version.partial:
        return _("可分多次使用，用完为止")
    if version.uses == 1:
        return _("一次")
    return _("{uses} 次").format(uses=version.uses)


def _ways(version: TemplateVersion, names: PlaceNames) -> Iterator[tuple[str, str]]:
    yield _("领取时间"), stretch_in_words(version.claim_from, version.claim_until)
    yield _("领取方式"), "、".join(_ways_to_get(version))
    if version.points_price and version.exchange_undo_minutes:
        text = _("兑换后 {time}内未使用可退回，积分原路返还")
        yield _("退回兑换"), text.format(time=_stretch(version.exchange_undo_minutes))
    yield _("每人限领"), _limit(version)
    yield _("发放对象"), "；".join(audience_in_words(Audience.of(version.audience), names))
    if version.transferable:
        yield _("转赠"), _("可转赠给好友一次")


def _ways_to_get(version: TemplateVersion) -> Iterator[str]:
    if version.claimable:
        yield _("免费领取")
    if version.points_price:
        yield _("{points} 积分兑换").format(points=version.points_price)
    if version.gift_from_fen:
        yield _("单笔消费满 {yuan} 元赠送").format(yuan=plain_yuan(version.gift_from_fen))
    if version.at_counter:
        yield _("到店由店员发放")


def _stretch(minutes: int) -> str:
    """A number of minutes in the largest unit that says it whole."""
    if minutes % _MINUTES_OF_A_DAY == 0:
        return _("{count} 天").format(count=minutes // _MINUTES_OF_A_DAY)
    if minutes % _MINUTES_OF_AN_HOUR == 0:
        return _("{count} 小时").format(count=minutes // _MINUTES_OF_AN_HOUR)
    return _("{count} 分钟").format(count=minutes)


def _limit(version: TemplateVersion) -> str:
    text = _("{count} 张").format(count=version.per_member)
    if version.per_member_day is None:
        return text
    return _("{count}，每天 {day} 张").format(count=text, day=version.per_member_day)


def _conditions(pairs: Iterator[tuple[str, str]]) -> Iterator[Condition]:
    return (Condition(label, text) for label, text in pairs if text)


def _places(places: Places, names: PlaceNames) -> str:
    kinds = (
        (places.venues, names.venues),
        (places.trades, names.trades),
        (places.merchants, names.merchants),
        (places.stores, names.stores),
    )
    found = [name for keys, known in kinds for key, name in known.items() if key in keys]
    return _enumerated(found) or _("指定门店")


def _merchant_names(merchants: frozenset[str], names: PlaceNames) -> str:
    return _enumerated([name for key, name in names.merchants.items() if key in merchants])


def _enumerated(names: Sequence[str]) -> str:
    """甲、乙、丙, of many only the first ones and how many there are."""
    if len(names) <= _MOST_NAMES:
        return "、".join(names)
    text = "、".join(names[:_MOST_NAMES])
    return _("{names}等 {count} 处").format(names=text, count=len(names))
