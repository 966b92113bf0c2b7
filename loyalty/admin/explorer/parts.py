"""The sections explorer pages are made of: each lists rows within the person's scope."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from district.kernel.backoffice import Cell, Section, format_instant, link, visible, visible_rows
from district.kernel.backoffice.sections import url_of
from district.kernel.text.money import format_yuan
from loyalty.admin.common import HOLD_TONES, hold_state, signed_points
from loyalty.models import Debt, Hold, ParkedRefund, PointsAccount, Receipt, Refund, Transfer

SHOWN = 200


def person(request: HttpRequest, account: PointsAccount) -> Iterator[Section]:
    """Where the member and the account are, for those who may open them."""
    member = link(request, account.member, account.member.public_id)
    if member.url:
        balance = link(request, account, f"{account.available:,}")
        yield Section(_("会员"), [_("会员编号"), _("积分账户余额")], [[member, balance]], "")


def transfer(request: HttpRequest, title: str, pk: int | None, empty: str = "") -> Section:
    """One line of the ledger, which the page's row cannot be without."""
    return _lines(
        title, visible_rows(request, Transfer).filter(pk=pk), empty or _("不在您的权限之内。")
    )


def transfers(request: HttpRequest, title: str, which: Q) -> Iterator[Section]:
    """Lines in the order they were posted; nothing where there is none to see."""
    section = _lines(
        title, visible_rows(request, Transfer).filter(which).order_by("pk")[:SHOWN], ""
    )
    if section.rows:
        yield section


def _lines(title: str, rows: Any, empty: str) -> Section:
    return Section(
        title,
        [_("流水"), _("类型"), _("积分"), _("时间")],
        [
            [
                Cell(row, url_of(Transfer, row.pk)),
                row.get_kind_display(),
                signed_points(row),
                format_instant(row.at),
            ]
            for row in rows
        ],
        empty,
    )


def receipts(request: HttpRequest, title: str, which: Q, empty: str = "") -> Section:
    rows = visible_rows(request, Receipt).filter(which).select_related("store").order_by("pk")
    return Section(
        title,
        [_("小票号"), _("实付"), _("已退"), _("门店"), _("支付时间")],
        [
            [
                Cell(row.receipt_no, url_of(Receipt, row.pk)),
                format_yuan(row.paid_fen),
                format_yuan(row.refunded_fen),
                str(row.store),
                format_instant(row.paid_at),
            ]
            for row in rows[:SHOWN]
        ],
        empty or _("没有小票。"),
    )


def refunds(
    request: HttpRequest, which: Q, *, title: str = "", empty: str = ""
) -> Iterator[Section]:
    """Refunds and where the points they took came from; with no word for none, then nothing."""
    rows = visible_rows(request, Refund).filter(which).select_related("store").order_by("pk")
    lines = [
        [
            Cell(row.refund_no, url_of(Refund, row.pk)),
            format_yuan(row.fen),
            f"{row.own:,}",
            f"{row.other:,}",
            Cell(f"{row.owed:,}", tone="bad" if row.owed else ""),
            str(row.store),
            format_instant(row.at),
        ]
        for row in rows[:SHOWN]
    ]
    if lines or empty:
        yield Section(
            title or _("退货"),
            [
                _("退货单号"),
                _("退款"),
                _("收回本单积分"),
                _("收回其他积分"),
                _("欠积分"),
                _("门店"),
                _("时间"),
            ],
            lines,
            empty,
        )


def debts(request: HttpRequest, which: Q, *, empty: str = "") -> Iterator[Section]:
    """What was left owing and what came back of it since."""
    rows = visible_rows(request, Debt).filter(which).select_related("carrier").order_by("pk")
    lines = [
        [
            Cell(row.pk, url_of(Debt, row.pk)),
            str(row.carrier),
            f"{row.points:,}",
            f"{row.repaid:,}",
            Cell(f"{row.points - row.repaid:,}", tone="bad" if row.points > row.repaid else "good"),
            format_instant(row.at),
        ]
        for row in rows[:SHOWN]
    ]
    if lines or empty:
        yield Section(
            _("欠积分"),
            [_("编号"), _("承担商户"), _("欠"), _("已抵还"), _("未抵还"), _("时间")],
            lines,
            empty,
        )


def repayments(request: HttpRequest, debt_lines: list[int]) -> Iterator[Section]:
    """The lines that repaid debts; each names the debt's own line."""
    if debt_lines:
        which = Q(kind=Transfer.Kind.REPAY, reverses__in=debt_lines)
        yield from transfers(request, _("抵还流水"), which)


def holds(request: HttpRequest, which: Q, *, empty: str = "") -> Iterator[Section]:
    rows = visible_rows(request, Hold).filter(which).select_related("store").order_by("-pk")
    lines = [
        [
            Cell(row, url_of(Hold, row.pk)),
            Cell(state := hold_state(row), tone=HOLD_TONES.get(state, "")),
            f"{row.points:,}",
            f"{row.captured:,}",
            str(row.store),
            format_instant(row.at),
            format_instant(row.expires_at),
        ]
        for row in rows[:SHOWN]
    ]
    if lines or empty:
        yield Section(
            _("积分预占"),
            [
                _("预占编号"),
                _("状态"),
                _("预占积分"),
                _("使用积分"),
                _("门店"),
                _("预占时间"),
                _("超时时间"),
            ],
            lines,
            empty,
        )


def parked(request: HttpRequest, which: Q) -> Iterator[Section]:
    rows = list(visible_rows(request, ParkedRefund).filter(which)[:SHOWN])
    if rows:
        yield Section(
            _("曾待匹配"),
            [_("编号"), _("状态"), _("收到时间"), _("处理时间")],
            [
                [
                    Cell(row.public_id, url_of(ParkedRefund, row.pk)),
                    row.get_state_display(),
                    format_instant(row.at),
                    format_instant(row.decided_at),
                ]
                for row in rows
            ],
            "",
        )


def accounts(request: HttpRequest, title: str, which: Q) -> Iterator[Section]:
    rows = list(visible_rows(request, PointsAccount).filter(which).select_related("member")[:SHOWN])
    mine = visible(request, PointsAccount, [row.pk for row in rows])
    if mine:
        yield Section(
            title,
            [_("会员编号"), _("可用积分")],
            [
                [Cell(row.member.public_id, url_of(PointsAccount, row.pk)), f"{row.available:,}"]
                for row in rows
            ],
            "",
        )
