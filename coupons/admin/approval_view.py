"""What an approver looks at: what the coupon may cost and whom, an example, who wrote it and what is new."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from coupons.costs import Example, examples_of, exposure_of
from coupons.models import ShareConsent, TemplateVersion
from coupons.queries.consents import missing_consent_names
from coupons.terms_diff import TermChange, payers_in_words
from coupons.version_history import changes_since_published, edits_of
from district.kernel.backoffice import Cell, Section, Tile, Tiles, format_instant
from district.kernel.backoffice.columns import Column, Moment, Money, table
from district.kernel.text.money import format_yuan
from district.merchants.models import Merchant


def approval_panels(version: TemplateVersion) -> Iterator[Any]:
    """Funding, budget, stock and limits; a worked bill; the changes; who wrote and submitted it."""
    payers = [
        (payer.party, payer.bp)
        for payer in version.funding.select_related("party").order_by("party_id")
    ]
    yield _funding(version, payers)
    yield from _consents(version)
    yield limits_of(version)
    yield examples_in_rows(version)
    yield _changes(version)
    yield _edits(version)


def _funding(version: TemplateVersion, payers: list[tuple[Merchant | None, int]]) -> Section:
    rest = 10_000 - sum(bp for _party, bp in payers)
    rows: list[list[Any]] = [
        [
            Cell(
                str(party or _("核销商户（在哪家使用由哪家承担）")),
                tone="warn" if _is_alliance(party) else "",
            ),
            f"{bp / 100:g}%",
        ]
        for party, bp in payers
    ]
    if rest:
        rows.append([Cell(_("商圈联盟（其余部分）"), tone="warn"), f"{rest / 100:g}%"])
    paid_by_others = version.template.merchant is not None and (
        rest or any(_is_alliance(party) for party, _bp in payers)
    )
    note = _("注意：这是商户的券，但由商圈联盟承担部分或全部成本。") if paid_by_others else ""
    return Section(_("成本由谁承担"), [_("承担方"), _("比例")], rows, empty="", note=note)


def limits_of(version: TemplateVersion) -> Tiles:
    """Budget, stock, limits, and the most it may cost."""
    exposure = exposure_of(version)

    def count(value: int | None) -> str:
        return _("不限") if value is None else f"{value:,}"

    most = exposure.most_fen
    return Tiles(
        _("额度与限制"),
        [
            Tile(
                _("预算"),
                _("不限") if version.budget_fen is None else format_yuan(version.budget_fen),
                tone="warn" if version.budget_fen is None else "",
            ),
            Tile(_("总库存"), count(version.stock), tone="warn" if version.stock is None else ""),
            Tile(_("每日库存"), count(version.stock_per_day)),
            Tile(
                _("每人限领"),
                count(version.per_member),
                note=_("每日 %(day)s") % {"day": count(version.per_member_day)},
            ),
            Tile(_("单张最高成本"), format_yuan(exposure.each_fen)),
            Tile(
                _("总成本上限"),
                _("没有上限") if most is None else format_yuan(most),
                tone="bad" if most is None else "",
            ),
        ],
    )


def examples_in_rows(version: TemplateVersion) -> Section:
    """What bills with one of its coupons come to, and for whom."""
    columns = [
        Money(_("账单"), "bill_fen"),
        Money(_("减免"), "discount_fen"),
        Money(_("会员实付"), lambda example: example.bill_fen - example.discount_fen),
        Money(_("成本"), "cost_fen"),
        Column(_("各方承担"), _shares_in_words, empty=""),
    ]
    return table(
        _("试算"),
        columns,
        examples_of(version),
        empty=_("停车券按停车时长计价，没有账单可试算。"),
    )


def _shares_in_words(example: Example) -> str:
    return "，".join(f"{name or _('核销商户')} {format_yuan(fen)}" for name, fen in example.parts)


def _consents(version: TemplateVersion) -> Iterator[Section]:
    rows = version.consents.select_related("merchant", "decided_by").order_by("pk")
    missing = missing_consent_names(version)
    if rows or missing:
        columns = [
            Column(_("商户"), "merchant"),
            Column(_("比例"), lambda row: f"{row.bp / 100:g}%"),
            Column(
                _("状态"),
                state_in_words,
                tone=lambda row: "good" if str(row.merchant) not in missing else "warn",
            ),
            Column(
                _("答复"),
                lambda row: f"{row.decided_by or ''} {format_instant(row.decided_at)}".strip(),
            ),
        ]
        yield table(
            _("征求同意"),
            columns,
            rows,
            empty=_("没有征求过。"),
            note=_("尚未同意：%(merchants)s。全部同意后才能批准。")
            % {"merchants": "、".join(missing)}
            if missing
            else "",
        )


def state_in_words(row: ShareConsent) -> str:
    """待答复, 已同意, 沿用以前的同意, 不同意 or 已撤回."""
    if row.revoked_at is not None:
        return _("已撤回")
    if row.derived_from_id is not None:
        return _("沿用以前的同意")
    return str(row.get_state_display())


def _changes(version: TemplateVersion) -> Section:
    last, changed = changes_since_published(version)
    if last is not None:
        title = _("与已发布的 v%(number)s 相比") % {"number": last.number}
    else:
        title = _("与最初的草稿相比")
    columns = [
        Column(_("项目"), "label"),
        Column(_("原为"), "before", empty=""),
        Column(_("现为"), "after", empty="", tone=lambda change: "warn"),
    ]
    return table(title, columns, changed, empty=_("没有不同。"))


def _edits(version: TemplateVersion) -> Section:
    return table(
        _("起草、修改与提交"),
        [
            Moment(_("时间"), "at"),
            Column(_("操作"), "act"),
            Column(_("操作人"), "by"),
            Column(_("改了什么"), lambda edit: "；".join(map(_change_text, edit.changes))),
        ],
        edits_of(version),
        empty=_("没有记录。"),
        note=_("起草、修改或提交过的人不能审批。"),
    )


def _change_text(change: TermChange) -> str:
    return _("%(label)s：%(before)s → %(after)s") % {
        "label": change.label,
        "before": change.before,
        "after": change.after,
    }


def _is_alliance(party: Merchant | None) -> bool:
    return party is not None and party.kind == Merchant.Kind.ALLIANCE


def payers_of(version: TemplateVersion) -> str:
    """Who bears which part of a version's cost, in words."""
    return payers_in_words(
        [(payer.party, payer.bp) for payer in version.funding.select_related("party")]
    )
