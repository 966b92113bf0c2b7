"""The report on points: what is still owed for them, who issues and accepts, and what lapses."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import (
    BarChart,
    Cell,
    Menu,
    Panel,
    Report,
    Section,
    Tile,
    Tiles,
    register_report,
    visible,
)
from district.kernel.backoffice.columns import Column, Money, Number, table
from district.kernel.backoffice.sections import url_of
from district.kernel.text.money import format_yuan
from district.merchants.models import Merchant, Store
from district.merchants.scope import viewer
from loyalty import statistics
from loyalty.admin.common import POINTS
from loyalty.statistics import Liability, StatisticsScope

# How many days apart the columns of a chart stand: some ten to fifteen of them can be read.
STEPS = {8: 1, 30: 2, 90: 7}
TOP = 20


def may_see(request: HttpRequest) -> bool:
    return viewer(request).can("view_clearing")


def panels(request: HttpRequest, days: int) -> Iterator[Panel]:
    """Of the district for operators, of the own merchant for its people."""
    scope = scope_of(request)
    yield from _liability(request, scope, days)
    yield from _movement(request, scope, days)
    yield from _breakage(scope)


def scope_of(request: HttpRequest) -> StatisticsScope:
    """A person's own figures: everybody's, the merchant's, or those of some of its stores."""
    who = viewer(request)
    if who.post is None:
        return StatisticsScope()
    stores = list(who.stores().values_list("pk", flat=True)) if who.is_store_limited else None
    return StatisticsScope(who.post.merchant_id, stores)


def _liability(request: HttpRequest, scope: StatisticsScope, days: int) -> Iterable[Panel]:
    found = statistics.liability(scope, days=days, step=STEPS[days])
    totals = [
        (
            levels[0].at,
            sum(level.points for level in levels),
            sum(level.milli_fen for level in levels),
        )
        for levels in zip(*(issuer.levels for issuer in found), strict=True)
    ]
    points, fen = (totals[-1][1], _fen(totals[-1][2])) if totals else (0, 0)
    grown = points - totals[0][1] if totals else 0
    yield Tiles(
        _("未兑付积分"),
        [
            Tile(_("积分"), f"{points:,}", note=_("可用、待生效和预占之和")),
            Tile(_("按发放时单价"), format_yuan(fen)),
            Tile(_("近 %(days)s 天变化") % {"days": days}, f"{grown:+,}" if grown else "0"),
        ],
    )
    yield BarChart(
        title=_("未兑付积分价值（元）"),
        series=[_("价值")],
        bars=[(_label(at), (_fen(milli_fen) // 100,)) for at, _points, milli_fen in totals],
        empty=_("没有未兑付的积分。"),
    )
    if scope.merchant is None:
        yield _by_issuer(request, found, fen)


def _by_issuer(request: HttpRequest, found: Sequence[Liability], total: int) -> Section:
    largest = found[:TOP]
    opened = visible(request, Merchant, [liability.issuer for liability in largest])

    def issuer(row: Liability) -> Cell:
        return Cell(row.name, url_of(Merchant, row.issuer) if row.issuer in opened else "")

    def share(row: Liability) -> str | None:
        return f"{100 * _fen(row.levels[-1].milli_fen) / total:.1f}%" if total else None

    columns = [
        Column(_("商户"), issuer),
        Number(_("期初积分"), lambda row: row.levels[0].points),
        Number(_("现有积分"), lambda row: row.levels[-1].points),
        Money(_("期初价值"), lambda row: _fen(row.levels[0].milli_fen)),
        Money(_("现有价值"), lambda row: _fen(row.levels[-1].milli_fen)),
        Column(_("占比"), share),
    ]
    more = len(found) - len(largest)
    note = _("另有 %(count)s 家商户。") % {"count": more} if more > 0 else ""
    return table(_("按发放商户"), columns, largest, empty=_("没有未兑付的积分。"), note=note)


def _movement(request: HttpRequest, scope: StatisticsScope, days: int) -> Iterable[Panel]:
    step = STEPS[days]
    daily = statistics.by_day(scope, days)
    groups = [daily[start : start + step] for start in range(0, len(daily), step)]
    yield BarChart(
        title=_("发放与收取"),
        series=[_("发放"), _("收取")],
        bars=[
            (
                f"{group[0][0].month}-{group[0][0].day}",
                (sum(day[1] for day in group), sum(day[2] for day in group)),
            )
            for group in groups
        ],
        empty=_("这段时间没有积分变动。"),
    )
    model, party = (Merchant, _("商户")) if scope.merchant is None else (Store, _("门店"))
    columns = [
        Column(party, lambda entry: Cell(entry.name, url_of(model, entry.pk))),
        Number(_("发放"), "issued"),
        Number(_("退货收回"), "clawed"),
        Number(_("收取"), "accepted"),
        Number(_("收取退回"), "given_back"),
    ]
    yield table(
        _("各商户发放与收取") if scope.merchant is None else _("各门店发放与收取"),
        columns,
        statistics.ranking(scope, days, TOP),
        empty=_("这段时间没有积分变动。"),
    )


def _breakage(scope: StatisticsScope) -> Iterable[Panel]:
    months = statistics.breakage(scope)
    yield BarChart(
        title=_("每月过期积分"),
        series=[_("过期")],
        bars=[(f"{month.first:%y-%m}", (month.points,)) for month in months],
        empty=_("近十二个月没有积分过期。"),
    )
    columns = [
        Column(_("月份"), lambda month: f"{month.first:%Y-%m}"),
        Number(_("过期积分"), "points"),
        Money(_("按发放时单价"), lambda month: _fen(month.milli_fen)),
        Number(_("归其他方的积分"), "to_other_party"),
    ]
    yield table(
        _("过期积分明细"),
        columns,
        [month for month in reversed(months) if month.points],
        empty=_("近十二个月没有积分过期。"),
        note=_("过期积分归谁，由到期当日的联盟规则决定；没有规定时归发放商户。"),
    )


def _fen(milli_fen: int) -> int:
    """Whole fen for a chart; what is settled is never rounded here."""
    return (milli_fen + 500) // 1000


def _label(at: datetime) -> str:
    """The day that ends there; today has not ended yet."""
    day = clock.business_day(at - timedelta(microseconds=1))
    return f"{day.month}-{day.day}"


points_report = Report(
    name="points",
    title=gettext_lazy("积分分析"),
    menu=Menu(POINTS, "monitoring", 5),
    is_allowed=may_see,
    panels=panels,
    periods=tuple(STEPS),
    explanation=gettext_lazy(
        "未兑付积分是会员手里还能用、将能用的积分，价值按发放时冻结的单价计算；即使定时清扫还没有运行，到期的积分也不计在内。"
    ),
)
register_report(points_report)
