"""What causes lines of the ledger besides receipts: holds, refunds and the debts they leave."""

from collections.abc import Iterator

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from district.kernel.backoffice import Section, visible_rows
from district.kernel.backoffice.columns import Column, Link, Moment, Money, table
from loyalty.admin.explorer import parts
from loyalty.admin.explorer.lots import hold_parts
from loyalty.models import Debt, Hold, ParkedRefund, Receipt, Refund, Transfer

_OF_HOLDS = (
    Transfer.Kind.HOLD,
    Transfer.Kind.CAPTURE,
    Transfer.Kind.RELEASE,
    Transfer.Kind.GRACE,
)


def hold_sections(request: HttpRequest, hold: Hold) -> Iterator[Section]:
    """Its lines, from the setting aside to its end, and the lots it sets points of aside."""
    yield from parts.person(request, hold.account)
    which = Q(
        account=hold.account_id,
        merchant=hold.merchant_id,
        reference=hold.request_no,
        kind__in=_OF_HOLDS,
    )
    yield from parts.transfers(request, _("预占流水"), which)
    yield from hold_parts(request, hold.parts.all())


def refund_sections(request: HttpRequest, refund: Refund) -> Iterator[Section]:
    """The receipt, the lines that took the points, what was left owing and came back of it."""
    yield from parts.person(request, refund.account)
    yield parts.receipts(request, _("原小票"), Q(pk=refund.receipt_id))
    lines = Q(account=refund.account_id, seq__gte=refund.first_seq, seq__lte=refund.last_seq)
    yield from parts.transfers(request, _("收回积分的流水"), lines)
    if refund.owed:
        owing = list(Transfer.objects.filter(lines).values_list("pk", flat=True))
        hidden = _("欠积分由联盟承担，或不在您的权限之内。")
        yield from parts.debts(request, Q(transfer__in=owing), empty=hidden)
        yield from parts.repayments(request, owing)
    yield from parts.parked(request, Q(refund=refund))


def debt_sections(request: HttpRequest, debt: Debt) -> Iterator[Section]:
    """The line and the refund it comes from, and the lines that repaid it."""
    yield from parts.person(request, debt.account)
    yield parts.transfer(request, _("欠积分流水"), debt.transfer_id)
    line = debt.transfer
    if line.store_id:
        yield from parts.refunds(request, Q(store=line.store_id, refund_no=line.reference))
    yield from parts.repayments(request, [debt.transfer_id])


def parked_refund_sections(request: HttpRequest, parked: ParkedRefund) -> Iterator[Section]:
    """What it became; while it waits, receipts that might be the missing one."""
    if parked.refund_id:
        yield from parts.refunds(request, Q(pk=parked.refund_id))
    if parked.state == ParkedRefund.State.WAITING:
        yield candidates(request, parked)


def candidates(request: HttpRequest, parked: ParkedRefund) -> Section:
    """Receipts of the merchant with that number at any of its stores, written as tills write it."""
    number = parked.receipt_no.strip()
    written = {number, number.upper(), number.lower(), number.lstrip("0"), number.zfill(6)}
    rows = visible_rows(request, Receipt).filter(
        merchant=parked.merchant_id,
        # By the merchant's stores: the index of receipts is by store and number.
        store__in=parked.merchant.stores.values("pk"),
        receipt_no__in=sorted(written - {""}),
    )
    columns = [
        Link(_("小票号"), "receipt_no"),
        Column(_("门店"), "store"),
        Money(_("实付"), "paid_fen"),
        Money(_("可退"), lambda row: row.paid_fen - row.refunded_fen),
        Moment(_("支付时间"), "paid_at"),
    ]
    return table(
        _("可能的小票"),
        columns,
        rows.select_related("store").order_by("-pk")[:10],
        empty=_("没有号码相同的小票。请向门店核对小票号，或等收银系统补传。"),
    )
