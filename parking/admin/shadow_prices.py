"""影子计价: stays of now and of the last days by a draft, looked at before it is published."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import ActionForm, Section, name_verbs
from district.kernel.backoffice.sections import Cell, format_instant, url_of, visible_rows
from district.kernel.text.money import format_yuan
from district.merchants.scope import RoleAction
from parking import services as parking
from parking.models import ShadowReport, Stay, TariffVersion
from parking.queries.shadow_prices import (
    LARGEST_DIFFERENCES,
    MOST_SHADOW_DAYS,
    MOST_SHADOW_STAYS,
    USUAL_SHADOW_DAYS,
    ShadowPrice,
    ShadowPrices,
    shadow_prices,
)

name_verbs(save_shadow_report=gettext_lazy("保存影子计价报告"))


class ShadowForm(ActionForm):
    days = forms.IntegerField(
        label=gettext_lazy("最近天数"),
        min_value=1,
        max_value=MOST_SHADOW_DAYS,
        initial=USUAL_SHADOW_DAYS,
        help_text=gettext_lazy("在场的车按此刻离场试算，另含最近这些天内离场的车。"),
    )


class SaveShadowReport(RoleAction):
    name, label, icon = "shadow", gettext_lazy("影子计价"), "compare_arrows"
    explanation = gettext_lazy(
        "用草稿试算真实的停车记录并与现费用比较；不改变任何费用。确认后保存为报告，发布时再次显示。"
    )
    success_message = gettext_lazy("报告已保存。")
    has_preview = True
    form_class = ShadowForm
    required_permission = "edit_tariffs"
    states, row_argument = {TariffVersion.State.DRAFT}, "draft"
    verb = staticmethod(parking.save_shadow_report)

    def run(self, *args: Any) -> None:
        """The report stands on the draft's page."""
        super().run(*args)

    def preview(
        self, request: HttpRequest, row: TariffVersion, cleaned_data: dict[str, Any]
    ) -> Iterable[Section]:
        prices = shadow_prices(row, days=cleaned_data["days"], at=clock.now())
        return shadow_sections(request, prices)


def shadow_report_sections(request: HttpRequest, version: TariffVersion) -> Iterable[Section]:
    """The report that was saved last, if any was."""
    report = ShadowReport.objects.filter(version=version).order_by("pk").last()
    if report is None:
        return
    note = "" if report.sha256 == version.sha256 else _("草稿此后已修改，请重新试算。")
    yield from shadow_sections(request, report, note)


def shadow_sections(
    request: HttpRequest, prices: ShadowPrices | ShadowReport, note: str = ""
) -> Iterable[Section]:
    """Sums, and the largest differences, each with its stay."""
    texts = [
        note,
        _("费用未计优惠券、积分与减免分钟。"),
        _("记录较多，只含最近 %(most)d 条。") % {"most": MOST_SHADOW_STAYS}
        if prices.is_cut
        else "",
        _("%(rows)d 条停车记录入场时没有收费标准，未计入。") % {"rows": prices.unpriced}
        if prices.unpriced
        else "",
    ]
    yield Section(
        _("影子计价（%(at)s，最近 %(days)d 天）")
        % {"at": format_instant(prices.at), "days": prices.days},
        [_("项目"), _("停车记录"), _("金额")],
        [
            (_("现费用"), f"{prices.stays:,}", format_yuan(prices.before_fen)),
            (_("按草稿"), f"{prices.stays:,}", format_yuan(prices.after_fen)),
            (_("变贵"), f"{prices.dearer:,}", _signed(prices.dearer_by_fen)),
            (_("变便宜"), f"{prices.cheaper:,}", _signed(-prices.cheaper_by_fen)),
            (_("其中在场"), f"{prices.open_stays:,}", ""),
        ],
        empty="",
        note="".join(texts),
    )
    largest = [_price(row) for row in prices.largest]
    stays = visible_rows(request, Stay).filter(public_id__in=[row.stay for row in largest])
    pages = {stay.public_id: url_of(Stay, stay.pk) for stay in stays}
    yield Section(
        _("差额最大的 %(most)d 次停车") % {"most": LARGEST_DIFFERENCES},
        [_("停车记录"), _("入场"), _("离场或试算时间"), _("现费用"), _("按草稿"), _("差额")],
        [
            (
                Cell(row.stay, pages.get(row.stay, "")),
                format_instant(row.entered_at),
                format_instant(row.until),
                format_yuan(row.before_fen),
                format_yuan(row.after_fen),
                Cell(_signed(row.difference_fen), tone="bad" if row.difference_fen > 0 else ""),
            )
            for row in largest
        ],
        empty=_("没有一次停车的费用会改变。"),
    )


def _price(row: ShadowPrice | list[Any]) -> ShadowPrice:
    """As it was priced, or as the report keeps it."""
    if isinstance(row, ShadowPrice):
        return row
    stay, entered_at, until, before_fen, after_fen = row
    return ShadowPrice(
        stay,
        datetime.fromisoformat(entered_at),
        datetime.fromisoformat(until),
        before_fen,
        after_fen,
    )


def _signed(fen: int) -> str:
    return f"{'+' if fen > 0 else ''}{format_yuan(fen)}"
