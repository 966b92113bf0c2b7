"""All that a version says, term by term in plain words, and what two versions say differently."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from coupons.card_view import audience_in_words, scope_in_words
from coupons.engine.audience import Audience
from coupons.engine.funding import WHOLE
from coupons.funding import Payers
from coupons.models import TemplateVersion
from coupons.queries.versions import terms_of_row, validity_of
from coupons.texts import (
    moment_in_words,
    never_in_words,
    validity_in_words,
    windows_in_words,
)
from district.kernel.text.money import format_yuan
from district.merchants.models import Merchant

PAYERS = "payers"


@dataclass(frozen=True, slots=True)
class TermChange:
    """A term that says something else than before, both in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _StoredTerms:
    """A version as it was at one time; it is not stored."""

    row: TemplateVersion
    payers: Payers


def payers_in_words(payers: Payers) -> str:
    """星河书店 60%，核销商户 20%，商圈联盟 20%: together always the whole."""
    rest = WHOLE - sum(bp for _party, bp in payers)
    parts = [
        _("{party} {share}%").format(party=party or _("核销商户"), share=f"{bp / 100:g}")
        for party, bp in payers
    ]
    if rest:
        parts.append(_("其余 {share}% 由商圈联盟承担").format(share=f"{rest / 100:g}"))
    return "，".join(parts)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[TermChange]:
    """What the contents of two versions say differently, as `VersionEdit.contents`.

    A term whose words are the same although it changed shows what is stored.
    """
    shared = before.keys() & after.keys()
    differing = {name for name in shared if before[name] != after[name]}
    if not differing:
        return []
    old, new = _stored_terms(before), _stored_terms(after)
    changes = []
    for label, names, words in _TERMS:
        if not differing.intersection(names):
            continue
        was, now = words(old), words(new)
        if was == now:
            was, now = _stored(before, names), _stored(after, names)
        changes.append(TermChange(str(label()), was, now))
    return changes


def named_terms() -> set[str]:
    """The members of `VersionEdit.contents` that a term stands for."""
    return {name for _label, names, _words in _TERMS for name in names}


def _stored_terms(contents: Mapping[str, Any]) -> _StoredTerms:
    fields = {field.attname: field for field in TemplateVersion._meta.concrete_fields}
    row = TemplateVersion(
        **{
            name: fields[name].to_python(value)
            for name, value in contents.items()
            if name in fields
        }
    )
    payers = contents.get(PAYERS, [])
    parties = Merchant.objects.in_bulk([party for party, _bp in payers if party is not None])
    return _StoredTerms(row, [(parties.get(party), bp) for party, bp in payers])


def _stored(contents: Mapping[str, Any], names: Iterable[str]) -> str:
    return "，".join(
        json.dumps(contents.get(name), ensure_ascii=False, sort_keys=True) for name in names
    )


def _claiming(terms: _StoredTerms) -> str:
    return _("{begins}至{ends}").format(
        begins=moment_in_words(terms.row.claim_from), ends=moment_in_words(terms.row.claim_until)
    )


def _times(terms: _StoredTerms) -> str:
    schedule = terms_of_row(terms.row).schedule
    never = never_in_words(schedule)
    words = windows_in_words(schedule) or _("任何时候")
    return _("{words}；{never}不可用").format(words=words, never=never) if never else words


def _places(terms: _StoredTerms) -> str:
    scope = terms_of_row(terms.row).scope
    return "；".join([*scope_in_words(scope), *_goods(scope.products, scope.but_no_products)])


def _goods(products: frozenset[str], but_no: frozenset[str]) -> Iterator[str]:
    if products:
        yield _("商品：{products}").format(products="、".join(sorted(products)))
    if but_no:
        yield _("除外商品：{products}").format(products="、".join(sorted(but_no)))


def _audience(terms: _StoredTerms) -> str:
    return "；".join(audience_in_words(Audience.of(terms.row.audience))) or _("所有会员")


def _count(name: str) -> Callable[[_StoredTerms], str]:
    def words(terms: _StoredTerms) -> str:
        value = getattr(terms.row, name)
        return _("不限") if value is None else f"{value:,}"

    return words


def _money(name: str) -> Callable[[_StoredTerms], str]:
    def words(terms: _StoredTerms) -> str:
        value = getattr(terms.row, name)
        return _("无") if value is None else format_yuan(value)

    return words


def _choice(name: str) -> Callable[[_StoredTerms], str]:
    return lambda terms: str(getattr(terms.row, f"get_{name}_display")())


def _whether(name: str) -> Callable[[_StoredTerms], str]:
    return lambda terms: _("是") if getattr(terms.row, name) else _("否")


_Words = Callable[[_StoredTerms], str]
# Every column of a version that is content, by the term it belongs to; a test holds it complete.
_TERMS: tuple[tuple[Callable[[], str], tuple[str, ...], _Words], ...] = (
    (lambda: _("类型"), ("kind",), _choice("kind")),
    (
        lambda: _("优惠"),
        ("face_fen", "off_bp", "cap_fen", "threshold_fen", "gift", "parking_minutes"),
        lambda terms: terms_of_row(terms.row).benefit.text_for_approval(),
    ),
    (lambda: _("余额可多次使用"), ("partial",), _whether("partial")),
    (lambda: _("可用次数"), ("uses",), _count("uses")),
    (lambda: _("领取时间"), ("claim_from", "claim_until"), _claiming),
    (
        lambda: _("有效期"),
        ("valid_from", "valid_until", "days_from", "days"),
        lambda terms: validity_in_words(validity_of(terms.row)),
    ),
    (lambda: _("可用时段"), ("times",), _times),
    (lambda: _("适用范围"), ("scope",), _places),
    (lambda: _("叠加规则"), ("stacking",), _choice("stacking")),
    (lambda: _("每人限领"), ("per_member",), _count("per_member")),
    (lambda: _("每人每日限领"), ("per_member_day",), _count("per_member_day")),
    (lambda: _("总库存"), ("stock",), _count("stock")),
    (lambda: _("每日库存"), ("stock_per_day",), _count("stock_per_day")),
    (lambda: _("分槽数"), ("slots",), _count("slots")),
    (lambda: _("预算"), ("budget_fen",), _money("budget_fen")),
    (lambda: _("预算提醒线（%）"), ("budget_warn_percent",), _count("budget_warn_percent")),
    (lambda: _("成本分摊"), (PAYERS,), lambda terms: payers_in_words(terms.payers)),
    (lambda: _("可自助领取"), ("claimable",), _whether("claimable")),
    (lambda: _("积分兑换价"), ("points_price",), _count("points_price")),
    (lambda: _("兑换可退（分钟）"), ("exchange_undo_minutes",), _count("exchange_undo_minutes")),
    (lambda: _("消费满额赠"), ("gift_from_fen",), _money("gift_from_fen")),
    (lambda: _("店员可发放"), ("at_counter",), _whether("at_counter")),
    (lambda: _("可转赠一次"), ("transferable",), _whether("transferable")),
    (lambda: _("领取条件"), ("audience",), _audience),
    (lambda: _("离线核销"), ("offline",), _choice("offline")),
    (lambda: _("使用须知"), ("instructions",), lambda terms: terms.row.instructions or _("无")),
    (
        lambda: _("图片"),
        ("picture_id",),
        lambda terms: _("有") if terms.row.picture_id else _("无"),
    ),
    (lambda: _("过期补发天数"), ("replacement_days",), _count("replacement_days")),
)
