"""商圈概览: what WeChat does not know yet, and the shops that match no store."""

from collections.abc import Iterable, Iterator

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    Menu,
    Panel,
    Report,
    Section,
    Tile,
    Tiles,
    format_instant,
    register_report,
)
from district.kernel.text.money import format_yuan
from district.merchants.scope import viewer
from loyalty.business_circle import queries
from loyalty.business_circle.admin.common import CIRCLE


def _is_allowed(request: HttpRequest) -> bool:
    allowed = request.user.has_perm("business_circle.view_mallpayment")
    return viewer(request).operator and allowed


def _panels(request: HttpRequest, days: int) -> Iterable[Panel]:
    yield Tiles(_("积分同步"), list(_sync_tiles()))
    yield Tiles(_("商圈支付"), list(_payment_tiles(days)))
    yield Section(
        title=_("未对应的门店编号"),
        headers=[_("门店编号"), _("门店名称"), _("笔数"), _("金额"), _("最早支付")],
        rows=[
            [
                shop.shop_number or "—",
                shop.shop_name or "—",
                f"{shop.payments:,}",
                format_yuan(shop.amount_fen),
                format_instant(shop.first_paid_at),
            ]
            for shop in queries.unmatched_shops()
        ],
        empty=_("所有门店编号都已对应。"),
    )


def _sync_tiles() -> Iterator[Tile]:
    backlog = queries.sync_backlog()
    oldest = format_instant(backlog.oldest_decided_at)
    yield Tile(
        _("待同步"),
        f"{backlog.waiting:,}",
        note=_("最早 %(at)s") % {"at": oldest} if backlog.waiting else "",
    )
    yield Tile(_("已迟"), f"{backlog.late:,}", tone="warn" if backlog.late else "good")
    yield Tile(
        _("已搁置"),
        f"{backlog.set_aside_count:,}",
        tone="bad" if backlog.set_aside_count else "good",
    )


def _payment_tiles(days: int) -> Iterator[Tile]:
    for label, count, fen in queries.payments_by_state(days):
        yield Tile(label, f"{count:,}", note=format_yuan(fen))


register_report(
    Report(
        name="business_circle",
        title=gettext_lazy("商圈概览"),
        menu=Menu(CIRCLE, "monitoring", 5),
        is_allowed=_is_allowed,
        panels=_panels,
        periods=(1, 7, 30),
        explanation=gettext_lazy(
            "微信商圈支付的处理情况；每笔支付都要把积分结果同步给微信，否则收不到退款通知。"
        ),
    )
)
