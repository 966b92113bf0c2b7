"""投诉概览: what is late, what waits for a person, who complained again."""

from collections.abc import Iterable, Iterator

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.wechat_complaints import queries
from credit.wechat_complaints.admin.common import WECHAT_COMPLAINTS
from district.kernel.backoffice import Menu, Panel, Report, Tile, Tiles, register_report
from district.merchants.scope import viewer


def _is_allowed(request: HttpRequest) -> bool:
    allowed = request.user.has_perm("wechat_complaints.view_wechatcomplaint")
    return viewer(request).operator and allowed


def _panels(request: HttpRequest, days: int) -> Iterable[Panel]:
    work = queries.work_for_people()
    yield Tiles(
        _("投诉"),
        [
            _tile(_("24 小时未回复"), work.unanswered),
            _tile(_("待人工对应"), work.waiting_for_person),
            _tile(_("待处理留言"), work.items_for_person),
            _tile(_("读取失败"), work.reading_set_aside),
        ],
    )
    yield Tiles(
        _("回复"),
        [
            Tile(_("待发送"), f"{work.replies_waiting:,}"),
            _tile(_("已迟"), work.replies_late),
            _tile(_("已搁置"), work.replies_set_aside),
            _tile(_("退款三日未到账"), work.money_late),
        ],
    )
    yield Tiles(_("重复投诉"), list(_repeat_tiles(days)))


def _repeat_tiles(days: int) -> Iterator[Tile]:
    counts = queries.repeat_complaints(days)
    yield Tile(_("投诉"), f"{counts.complaints:,}")
    yield Tile(_("同一用户再次投诉"), f"{counts.repeated:,}")


def _tile(label: str, count: int) -> Tile:
    return Tile(label, f"{count:,}", tone="bad" if count else "good")


register_report(
    Report(
        name="wechat_complaints",
        title=gettext_lazy("微信投诉概览"),
        menu=Menu(WECHAT_COMPLAINTS, "monitoring", 5),
        is_allowed=_is_allowed,
        panels=_panels,
        periods=(7, 30, 90),
        explanation=gettext_lazy("微信支付投诉的回复是否及时，以及哪些需要人工处理。"),
    )
)
