"""The settlement on the dashboard, and a merchant's statements on its page."""

from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
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
from district.kernel.backoffice.sections import url_of
from district.kernel.text.money import format_yuan
from district.merchants.models import Merchant
from district.merchants.scope import viewer
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import days_of, period_text
from loyalty.settlement.models import CreditNote, Cycle, Dispute, Statement
from loyalty.settlement.queries import last_cycle


@dashboard_panels(order=20)
def settlement(request: HttpRequest) -> Iterable[Panel]:
    """The current cycle; for a merchant its newest statement."""
    who = viewer(request)
    if who.operator:
        yield _operator_tasks()
    elif who.can("view_clearing") and not who.is_store_limited:
        yield _own(request)


def _operator_tasks() -> Tiles:
    cycle = last_cycle()
    state = {Cycle.State.PROPOSED: "warn", Cycle.State.OPEN: ""}
    period = Tile(
        _("当前周期"),
        period_text(cycle) if cycle else _("未开始"),
        note=f"{days_of(cycle)} {cycle.get_state_display()}" if cycle else "",
        url=url_of(Cycle, cycle.pk) if cycle else reverse("admin:settlement_cycle_changelist"),
        tone=state.get(Cycle.State(cycle.state), "good") if cycle else "warn",
    )
    return Tiles(_("结算"), [period])


def _operator(request: HttpRequest) -> bool:
    return viewer(request).operator


def _proposed_by_oneself(request: HttpRequest) -> Q:
    return Q(proposed_by=viewer(request).user)


register_pending(
    Pending(
        Cycle,
        gettext_lazy("待复核结账"),
        Cycle.State.PROPOSED,
        is_allowed=_operator,
        unless=_proposed_by_oneself,
    ),
    order=30,
)
register_pending(
    Pending(
        Dispute, gettext_lazy("待处理争议"), Dispute.State.OPEN, is_allowed=_operator, tone="bad"
    ),
    order=31,
)
register_pending(
    Pending(
        CreditNote,
        gettext_lazy("待复核贷项通知"),
        CreditNote.State.PROPOSED,
        is_allowed=_operator,
        unless=_proposed_by_oneself,
    ),
    order=32,
)


def _own(request: HttpRequest) -> Tiles:
    rows = parts.with_paid(visible_rows(request, Statement)).select_related("cycle")
    newest = rows.order_by("-pk").first()
    if newest is None:
        return Tiles(_("结算"), [Tile(_("最近结算单"), "—", note=_("还没有结账"))])
    address = url_of(Statement, newest.pk)
    due_label = _("应收款") if newest.due >= 0 else _("应付款")
    open_fen = abs(newest.due) - newest.paid
    return Tiles(
        _("结算"),
        [
            Tile(
                _("最近结算单"),
                period_text(newest.cycle),
                note=days_of(newest.cycle),
                url=address,
            ),
            Tile(due_label, format_yuan(abs(newest.due)), url=address),
            Tile(_("未付"), format_yuan(open_fen), tone="warn" if open_fen else "good"),
        ],
    )


def statements_of_merchant(request: HttpRequest, merchant: Merchant) -> Iterator[Section]:
    """Its statements, the newest first."""
    who = viewer(request)
    if who.can("view_clearing") and not who.is_store_limited:
        yield parts.statements(request, Q(merchant=merchant))


add_sections("merchants.merchant", statements_of_merchant)
