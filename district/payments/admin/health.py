"""支付渠道: how the channels answer, and what waits."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
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
from district.merchants.scope import viewer
from district.payments import queries
from district.payments.admin.common import PAYMENTS
from district.payments.channels.registry import channel_text, offered_channels
from district.payments.models import ChannelCall, Order


def _is_allowed(request: HttpRequest) -> bool:
    return viewer(request).operator and request.user.has_perm("payments.view_channelcall")


def _panels(request: HttpRequest, days: int) -> Iterable[Panel]:
    names = [channel.name for channel in offered_channels()]
    # One that is no longer set up may still have orders that wait.
    others = Order.objects.order_by().values_list("channel", flat=True).distinct()
    for name in [*names, *sorted(set(others) - set(names))]:
        yield Tiles(channel_text(name), _tiles(queries.channel_health(name)))
    yield _failures(days)
    yield Tiles(_("等待人工处理"), list(_work_tiles()))


def _tiles(health: queries.ChannelHealth) -> list[Tile]:
    failed_last = health.last_failure_at is not None and (
        health.last_success_at is None or health.last_failure_at > health.last_success_at
    )
    oldest = format_instant(health.oldest_overdue_at)
    return [
        Tile(_("最近成功"), format_instant(health.last_success_at)),
        Tile(
            _("最近失败"),
            format_instant(health.last_failure_at),
            note=health.last_failure_code,
            tone="bad" if failed_last else "",
        ),
        Tile(_("等待支付或关闭"), f"{health.waiting_orders:,}"),
        Tile(_("退款在途"), f"{health.waiting_refunds:,}"),
        Tile(
            _("积压调用"),
            f"{health.overdue_calls:,}",
            note=_("最早 %(at)s") % {"at": oldest} if health.overdue_calls else "",
            tone="warn" if health.overdue_calls else "",
        ),
    ]


def _work_tiles() -> Iterator[Tile]:
    work = queries.work_for_people()
    for label, count in [
        (_("搁置的订单、退款与账单"), work.set_aside_rows),
        (_("异常退款"), work.abnormal_refunds),
        (_("没有订单的收款"), work.unknown_payments),
        (_("对账差异"), work.open_differences),
    ]:
        yield Tile(label, f"{count:,}", tone="bad" if count else "good")


def _failures(days: int) -> Section:
    since = clock.now() - timedelta(days=days)
    failed = ChannelCall.objects.filter(at__gte=since).exclude(
        outcome=ChannelCall.Outcome.COMPLETED
    )
    counted = failed.order_by().values("channel", "operation", "outcome", "code")
    operations = dict(ChannelCall.Operation.choices)
    outcomes = dict(ChannelCall.Outcome.choices)
    return Section(
        title=_("失败的调用"),
        headers=[_("支付渠道"), _("操作"), _("结果"), _("代码"), _("次数")],
        rows=[
            [
                channel_text(row["channel"]),
                operations[row["operation"]],
                outcomes[row["outcome"]],
                row["code"] or "—",
                f"{row['times']:,}",
            ]
            for row in counted.annotate(times=Count("pk")).order_by("-times")[:50]
        ],
        empty=_("没有失败的调用。"),
    )


register_report(
    Report(
        name="payments",
        title=gettext_lazy("支付渠道"),
        menu=Menu(PAYMENTS, "monitoring", 70),
        is_allowed=_is_allowed,
        panels=_panels,
        periods=(1, 7, 30),
        explanation=gettext_lazy("各支付渠道的应答情况、在途和积压；查询没有新结果的不计入成功。"),
    )
)
