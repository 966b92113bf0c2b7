"""The ledger on the dashboard, and its sections on the pages of members, merchants and stores."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    BarChart,
    Cell,
    Panel,
    Pending,
    Section,
    Tile,
    Tiles,
    add_sections,
    dashboard_panels,
    register_pending,
    visible_rows,
)
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Number, table
from district.kernel.backoffice.sections import url_of
from district.kernel.text.money import format_yuan
from district.members.models import Member
from district.merchants.models import Merchant, Store
from district.merchants.scope import viewer
from loyalty import statistics
from loyalty.admin import explorer
from loyalty.admin.common import price_text, rate_text
from loyalty.admin.reports import scope_of
from loyalty.models import Adjustment, MerchantTerms, ParkedRefund, PointsAccount, Transfer

LATEST = 10


register_pending(
    Pending(
        ParkedRefund,
        gettext_lazy("待匹配退货"),
        ParkedRefund.State.WAITING,
        is_allowed=lambda request: viewer(request).can("view_receipts"),
    ),
    order=22,
)
register_pending(
    Pending(
        Adjustment,
        gettext_lazy("待复核调整"),
        Adjustment.State.PROPOSED,
        is_allowed=lambda request: (
            viewer(request).operator and request.user.has_perm("loyalty.change_adjustment")
        ),
        unless=lambda request: Q(proposed_by=viewer(request).user),
    ),
    order=25,
)


@dashboard_panels(order=10)
def points(request: HttpRequest) -> Iterable[Panel]:
    """Today, the last two weeks and who moved most, within a person's scope."""
    who = viewer(request)
    if not who.can("view_receipts"):
        return
    scope = scope_of(request)
    yield _today(request, scope)
    yield BarChart(
        title=_("近十四日积分"),
        series=[_("发放"), _("收取")],
        bars=[(f"{day.month}-{day.day}", pair) for day, *pair in statistics.by_day(scope)],
        empty=_("近十四日没有积分变动。收银台入账之后，这里会有图表。"),
    )
    yield _ranking(scope)


def _today(request: HttpRequest, scope: statistics.StatisticsScope) -> Tiles:
    day = statistics.today(scope)
    receipts = reverse("admin:loyalty_receipt_changelist")
    transfers = reverse("admin:loyalty_transfer_changelist")
    live = _("会员可用积分") if scope.merchant is None else _("本商户发放、尚未使用")
    return Tiles(
        _("今日"),
        [
            Tile(_("小票"), f"{day.receipts:,}", note=format_yuan(day.paid_fen), url=receipts),
            Tile(_("发放积分"), f"{day.issued:,}", url=f"{transfers}?kind__exact=earn"),
            Tile(_("收取积分"), f"{day.accepted:,}", url=f"{transfers}?kind__exact=spend"),
            Tile(live, f"{statistics.live_points(scope):,}"),
        ],
    )


def _ranking(scope: statistics.StatisticsScope) -> Section:
    model, party = (Merchant, _("商户")) if scope.merchant is None else (Store, _("门店"))
    columns = [
        Column(party, lambda entry: Cell(entry.name, url_of(model, entry.pk))),
        Number(_("发放"), "issued"),
        Number(_("收取"), "accepted"),
    ]
    return table(
        _("近七日积分最多的商户") if scope.merchant is None else _("近七日各门店积分"),
        columns,
        statistics.ranking(scope),
        empty=_("近七日没有积分变动。"),
    )


def statement_of_member(request: HttpRequest, member: Member) -> Iterator[Section]:
    """The account's statement, for operators."""
    account = visible_rows(request, PointsAccount).filter(member=member).first()
    if account is None:
        yield Section(_("积分"), [], [], _("还没有积分账户：第一次赚取积分时自动建立。"))
        return
    yield replace(
        explorer.statement(request, account, lines=LATEST),
        title=_("最近积分明细"),
        note=_("可用 %(points)s 积分。") % {"points": f"{account.available:,}"},
        more=Cell(_("积分账户与全部明细"), url_of(PointsAccount, account.pk)),
    )


def terms_of_merchant(request: HttpRequest, merchant: Merchant) -> Iterator[Section]:
    """The terms, newest first."""
    held = visible_rows(request, MerchantTerms).filter(merchant=merchant).order_by("-valid")
    add = reverse("admin:loyalty_merchantterms_add")
    may_set = viewer(request).operator
    yield table(
        _("积分条款"),
        [
            Link(_("条款"), rate_text),
            Column(_("单价（分）"), lambda terms: price_text(terms.price_milli_fen)),
            Column(_("有效月数"), "validity_months"),
            Moment(_("生效"), "valid__lower"),
            Moment(_("截止"), "valid__upper", empty=_("至今")),
        ],
        held[:LATEST],
        empty=_("还没有积分条款，收银台不能入账。"),
        more=Cell(_("设置新条款"), f"{add}?merchant={merchant.pk}") if may_set else None,
    )


def transfers_of_store(request: HttpRequest, store: Store) -> Iterator[Section]:
    """The newest transfers at the store."""
    moved = visible_rows(request, Transfer).filter(merchant=store.merchant_id, store=store)
    if not viewer(request).can("view_receipts"):
        return
    receipts = reverse("admin:loyalty_receipt_changelist")
    yield table(
        _("最近积分流水"),
        [
            Link(_("流水"), str),
            Choice(_("类型"), "kind"),
            Number(_("积分"), "points"),
            Moment(_("时间"), "at"),
        ],
        moved.order_by("-pk")[:LATEST],
        empty=_("还没有积分流水。"),
        more=Cell(_("该门店的小票"), f"{receipts}?store__id__exact={store.pk}"),
    )


add_sections("members.member", statement_of_member)
add_sections("merchants.merchant", terms_of_merchant)
add_sections("merchants.store", transfers_of_store)
