"""Merchants on the dashboard, and posts on the page of an account."""

from collections.abc import Iterable, Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from district.kernel import clock
from district.kernel.backoffice import (
    Panel,
    Section,
    Tile,
    Tiles,
    add_sections,
    dashboard_panels,
    visible_rows,
)
from district.kernel.backoffice.columns import Choice, Link, Moment, table
from district.kernel.backoffice.sections import url_of
from district.members.models import User
from district.merchants.models import Clerk, Merchant, Store, TillKey
from district.merchants.queries import is_member
from district.merchants.scope import Viewer, viewer


@dashboard_panels(order=40)
def merchants(request: HttpRequest) -> Iterable[Panel]:
    """Merchants and stores of the district; for a merchant's people their own."""
    who = viewer(request)
    if who.operator:
        yield _district()
    elif who.post is not None:
        yield _own(request, who, who.post.merchant)


def _district() -> Tiles:
    active = Merchant.objects.filter(state=Merchant.State.ACTIVE)
    suspended = Merchant.objects.filter(state=Merchant.State.SUSPENDED).count()
    address = reverse("admin:merchants_merchant_changelist")
    return Tiles(
        _("商户与门店"),
        [
            Tile(_("正常商户"), f"{active.count():,}", url=address),
            Tile(_("联盟成员"), f"{active.filter(is_member(clock.now())).count():,}"),
            Tile(
                _("营业门店"),
                f"{Store.objects.filter(state=Store.State.OPEN).count():,}",
                url=reverse("admin:merchants_store_changelist"),
            ),
            Tile(
                _("暂停商户"),
                f"{suspended:,}",
                url=f"{address}?state__exact=suspended",
                tone="warn" if suspended else "",
            ),
        ],
    )


def _own(request: HttpRequest, who: Viewer, merchant: Merchant) -> Tiles:
    allied = merchant.memberships.filter(period__contains=clock.now()).exists()
    stores = who.stores().filter(state=Store.State.OPEN)
    tiles = [
        Tile(
            _("联盟"),
            _("成员") if allied else _("未入盟"),
            note="" if allied else _("不能入账与收取积分，请联系运营方"),
            url=url_of(Merchant, merchant.pk),
            tone="" if allied else "warn",
        ),
        Tile(_("营业门店"), f"{stores.count():,}", url=reverse("admin:merchants_store_changelist")),
    ]
    if who.can("manage_keys"):
        keys = visible_rows(request, TillKey).filter(revoked_at=None)
        tiles.append(
            Tile(
                _("收银密钥"),
                f"{keys.count():,}",
                url=reverse("admin:merchants_tillkey_changelist"),
            )
        )
    return Tiles(str(merchant), tiles)


def post_sections(request: HttpRequest, user: User) -> Iterator[Section]:
    """Where the person works and has worked."""
    posts = visible_rows(request, Clerk).filter(user=user).order_by("-pk")
    columns = [
        Link(_("商户"), "merchant"),
        Choice(_("角色"), "role"),
        Moment(_("任命时间"), "appointed_at"),
        Moment(_("离任时间"), "ended_at", empty=_("在任")),
    ]
    yield table(_("职务"), columns, posts, empty=_("没有职务。请在商户页面任命。"))


add_sections("members.user", post_sections)
