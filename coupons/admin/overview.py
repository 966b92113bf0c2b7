"""Coupons on the dashboard: the way to the counter page, what waits for approval, and the day's figures."""

from collections.abc import Iterable

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.admin import counter
from coupons.models import TemplateVersion
from coupons.queries.day import coupons_of_day
from district.kernel import clock
from district.kernel.backoffice import (
    Panel,
    Pending,
    Tile,
    Tiles,
    dashboard_panels,
    landing_page,
    register_pending,
)
from district.kernel.text.money import format_yuan
from district.merchants.models import Clerk
from district.merchants.scope import viewer
from loyalty.admin.reports import scope_of

VERSIONS = "admin:coupons_templateversion_changelist"


@landing_page
def counter_of_cashier(request: HttpRequest) -> str | None:
    """A cashier signs in to redeem coupons."""
    post = viewer(request).post
    is_cashier = post is not None and post.role == Clerk.Role.CASHIER
    return counter.WORKSPACE.url if is_cashier and counter.is_allowed(request) else None


register_pending(
    Pending(
        TemplateVersion,
        gettext_lazy("待审批的券"),
        TemplateVersion.State.SUBMITTED,
        is_allowed=lambda request: (
            viewer(request).operator and request.user.has_perm("coupons.change_templateversion")
        ),
        # Whoever drafted, changed or submitted it does not decide it.
        unless=lambda request: (
            Q(drafted_by=viewer(request).user) | Q(edits__by=viewer(request).user)
        ),
    ),
    order=10,
)


@dashboard_panels(order=5)
def coupons_today(request: HttpRequest) -> Iterable[Panel]:
    """Today, within a person's scope."""
    who = viewer(request)
    if not who.can("view_receipts"):
        return
    tiles = []
    if counter.is_allowed(request):
        tiles.append(
            Tile(
                _("核销台"),
                _("去核销"),
                note=_("扫码或输入券码"),
                url=counter.WORKSPACE.url,
                tone="good",
            )
        )
    day = coupons_of_day(scope_of(request), clock.business_day(clock.now()))
    plans = who.can("run_campaigns")
    tiles += [
        Tile(
            _("发放中的券"),
            f"{day.running:,}",
            url=f"{reverse(VERSIONS)}?state__exact=published" if plans else "",
        ),
        Tile(_("今日领取"), f"{day.claimed:,}"),
        Tile(
            _("今日核销"),
            f"{day.redeemed:,}",
            note=_("减免 %(sum)s") % {"sum": format_yuan(day.discount_fen)},
            url=reverse("admin:coupons_redemption_changelist"),
        ),
    ]
    yield Tiles(_("优惠券"), tiles)
