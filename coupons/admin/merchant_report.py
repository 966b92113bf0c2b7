"""For a merchant: the coupons that hold at its stores and what they cost it; on the dashboard this month's."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.admin.common import COUPONS
from coupons.models import ShareConsent
from coupons.queries.budgets import warned_versions
from coupons.queries.merchant_coupons import (
    MerchantCosts,
    accepted_versions,
    costs_of,
)
from coupons.queries.versions import terms_of_row
from coupons.texts import moment_in_words
from district.kernel import clock
from district.kernel.backoffice import (
    Menu,
    Panel,
    Pending,
    Report,
    Tile,
    Tiles,
    dashboard_panels,
    register_pending,
    register_report,
)
from district.kernel.backoffice.columns import Choice, Column, Money, Number, table
from district.kernel.text.money import format_yuan
from district.merchants import permissions
from district.merchants.scope import Viewer, viewer


def _may(request: HttpRequest) -> bool:
    """Whoever plans campaigns or reads the clearing of a whole merchant."""
    who = viewer(request)
    return who.post is not None and _reads_costs(who)


def _reads_costs(who: Viewer) -> bool:
    return (who.can("run_campaigns") or who.can("view_clearing")) and not who.is_store_limited


def _panels(request: HttpRequest, days: int) -> Iterator[Panel]:
    post = viewer(request).post
    if post is None:
        return
    first = clock.business_day(clock.now()) - timedelta(days=days - 1)
    since = clock.start_of_day(first)
    yield _tiles(_("近 %(days)s 天") % {"days": days}, costs_of(post.merchant, since))
    yield table(
        _("本店可用的券"),
        [
            Column(_("券"), "version"),
            Column(_("发券方"), "version__template__merchant", empty=_("商圈平台")),
            Column(_("优惠"), lambda row: terms_of_row(row.version).benefit.text()),
            Choice(_("状态"), "version__state"),
            Column(_("停止领取"), lambda row: moment_in_words(row.version.claim_until)),
            Column(_("本商户承担"), lambda row: f"{row.share_bp / 100:g}%"),
            Number(_("本店核销"), "redeemed"),
            Money(_("减免"), "discount_fen"),
            Money(_("本商户已承担"), "borne_fen"),
        ],
        accepted_versions(post.merchant, since),
        empty=_("现在没有可在本店使用的券。"),
        note=_("“待审批”的券尚未发布。承担比例包括“在哪家使用由哪家承担”的部分。"),
    )


def _tiles(title: str, costs: MerchantCosts) -> Tiles:
    return Tiles(
        title,
        [
            Tile(_("本店核销"), f"{costs.redeemed:,}"),
            Tile(_("本店减免"), format_yuan(costs.discount_fen)),
            Tile(_("本商户承担"), format_yuan(costs.borne_fen)),
            Tile(_("其他方承担"), format_yuan(costs.by_others_fen)),
        ],
    )


MERCHANT_COUPONS_REPORT = Report(
    name="coupons-at-my-stores",
    title=gettext_lazy("本店可用的券"),
    menu=Menu(COUPONS, "storefront", 16),
    is_allowed=_may,
    panels=_panels,
    periods=(7, 30, 90),
    explanation=gettext_lazy("在本商户门店可以使用的所有券，不论由谁发放，以及本商户承担的成本。"),
)
register_report(MERCHANT_COUPONS_REPORT)


register_pending(
    Pending(
        ShareConsent,
        gettext_lazy("待答复的成本分担"),
        ShareConsent.State.ASKED,
        is_allowed=lambda request: permissions.can(viewer(request).post, "edit_merchant"),
    ),
    order=11,
)


@dashboard_panels(order=6)
def coupons_of_month(request: HttpRequest) -> Iterable[Panel]:
    """What coupons were to a merchant this month; for operators which budgets run low."""
    who = viewer(request)
    if who.operator:
        yield from _budgets_low()
    elif who.post is not None and _reads_costs(who):
        yield _tiles(_("本月优惠券"), costs_of(who.post.merchant, month_start()))


def month_start() -> datetime:
    """The instant at which this Shanghai month began."""
    return clock.start_of_day(clock.business_day(clock.now()).replace(day=1))


def _budgets_low() -> Iterator[Panel]:
    """How many published versions were warned of since their budget was last raised."""
    low = warned_versions()
    if low:
        address = reverse("admin:coupons_templateversion_changelist")
        tile = Tile(
            _("预算告急的券"), f"{low:,}", url=f"{address}?state__exact=published", tone="bad"
        )
        yield Tiles(_("优惠券预算"), [tile])
