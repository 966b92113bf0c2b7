"""What all documents of a statement show: the same tables, whatever they are written on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from district.kernel import clock
from loyalty.models import Transfer
from loyalty.settlement import sources
from loyalty.settlement.models import Charge, CreditNote, Fee, Line, Payment, Statement
from loyalty.settlement.queries import bookings_of_statement, movements_of_statement

Cell = str | int | None
Row = Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """A title, the heads of its columns, and its rows, which may be streamed."""

    title: str
    heads: Sequence[str]
    rows: Iterator[Row]


class Paper:
    """A statement as its merchant may see it."""

    def __init__(self, statement: Statement) -> None:
        self.statement = Statement.objects.select_related("cycle", "merchant").get(pk=statement.pk)

    @property
    def days(self) -> str:
        cycle = self.statement.cycle
        last_day = clock.business_day(cycle.ends_at) - timedelta(days=1)
        return f"{clock.business_day(cycle.starts_at)} – {last_day}"

    @cached_property
    def lines(self) -> list[Line]:
        own = Q(issuer=self.statement.merchant_id) | Q(redeemer=self.statement.merchant_id)
        lines = Line.objects.filter(own, cycle=self.statement.cycle_id)
        return list(lines.select_related("issuer", "redeemer").order_by("pk"))

    @cached_property
    def charges(self) -> list[Charge]:
        own = Q(payer=self.statement.merchant_id) | Q(payee=self.statement.merchant_id)
        charges = Charge.objects.filter(own, cycle=self.statement.cycle_id)
        return list(charges.select_related("payer", "payee").order_by("pk"))

    @cached_property
    def names(self) -> dict[int, str]:
        """What the parties of the lines and charges are called."""
        parties = [party for line in self.lines for party in (line.issuer, line.redeemer)]
        parties += [party for charge in self.charges for party in (charge.payer, charge.payee)]
        return {party.pk: party.name for party in parties}

    def summary(self) -> Table:
        own = self.statement
        rows: list[Row] = [
            (_("商户"), own.merchant.name),
            (_("登记名称"), own.merchant.legal_name),
            (_("结算单号"), own.public_id),
            (_("期号"), own.cycle.number),
            (_("结算期间"), self.days),
            (_("应收（分）"), own.receivable),
            (_("应付（分）"), own.payable),
            (_("手续费（分）"), own.fees),
            (_("手续费收入（分）"), own.fees_kept),
            (_("贷项（分）"), own.credits),
            (_("其他款项（分）"), own.charges),
            (_("净额（分）"), own.net),
            (_("预存支付（分）"), own.prefunded),
            (_("应结（分，正数付给商户，负数由商户支付）"), own.due),
            (_("过期积分"), own.expired_points),
            (_("摘要"), bytes(own.hash).hex()),
        ]
        return Table(_("结算单"), (_("项目"), _("内容")), iter(rows))

    def line_table(self) -> Table:
        heads = (
            _("发放商户"), _("收取商户"), _("笔数"), _("积分"), _("金额（毫分）"),
            _("上期零头（毫分）"), _("金额（分）"), _("本期零头（毫分）"), _("预存支付（分）"),
        )  # fmt: skip
        rows = (
            (
                line.issuer.name, line.redeemer.name, line.movements, line.points, line.milli_fen,
                line.carry_in, line.fen, line.carry_out,
                line.prefunded_fen if line.issuer_id == self.statement.merchant_id else None,
            )
            for line in self.lines
        )  # fmt: skip
        return Table(_("清分明细"), heads, rows)

    def others(self) -> Iterator[Table]:
        """Charges, fees, credit notes and payments, each where there are any."""
        own = self.statement
        yield Table(
            _("其他款项"),
            (_("付方"), _("收方"), _("来源"), _("笔数"), _("金额（分）")),
            (
                (charge.payer.name, charge.payee.name, sources.name_of(charge.source),
                 charge.bookings, charge.fen)
                for charge in self.charges
            ),
        )  # fmt: skip
        fees = Fee.objects.filter(cycle=own.cycle_id).select_related("merchant").order_by("pk")
        if own.fees_kept == 0:
            fees = fees.filter(merchant=own.merchant_id)
        yield Table(
            _("手续费"),
            (_("商户"), _("计费金额（毫分）"), _("手续费（分）")),
            ((fee.merchant.name, fee.milli_fen, fee.fen) for fee in fees),
        )
        notes = CreditNote.objects.filter(
            Q(payer=own.merchant_id) | Q(payee=own.merchant_id),
            cycle=own.cycle_id,
            state=CreditNote.State.APPROVED,
        )
        yield Table(
            _("贷项通知"),
            (_("编号"), _("更正期号"), _("付方"), _("收方"), _("金额（分）"), _("原因")),
            (
                (note.public_id, note.corrects.number, note.payer.name, note.payee.name, note.fen,
                 note.reason)
                for note in notes.select_related("corrects", "payer", "payee").order_by("pk")
            ),
        )  # fmt: skip
        yield Table(
            _("付款"),
            (_("编号"), _("方向"), _("金额（分）"), _("凭证号"), _("付款时间")),
            (
                (pay.public_id, pay.get_direction_display(), pay.fen, pay.reference,
                 _moment(pay.paid_at))
                for pay in Payment.objects.filter(statement=own).order_by("nth")
            ),
        )  # fmt: skip

    def movement_table(self) -> Table:
        """Everything the lines are made of, streamed."""
        heads = (
            _("时间"), _("类型"), _("流水号"), _("会员编号"), _("发放商户"), _("收取商户"), _("积分"),
            _("单价（毫分）"), _("金额（毫分）"), _("批次"), _("小票号"), _("购买门店"), _("请求号"),
            _("使用门店"),
        )  # fmt: skip
        kinds = dict(Transfer.Kind.choices)
        rows = (
            (
                _moment(one.at), str(kinds[one.kind]), one.transfer, one.member,
                self.names[one.issuer], self.names[one.redeemer], one.points, one.price_milli_fen,
                one.milli_fen, one.lot, one.receipt_no, one.receipt_store, one.reference, one.store,
            )
            for one in movements_of_statement(self.statement)
        )  # fmt: skip
        return Table(_("逐笔明细"), heads, rows)

    def booking_table(self) -> Table:
        """Everything the charges are made of, streamed."""
        rows = (
            (
                _moment(one.at), sources.name_of(one.source), one.reference,
                self.names[one.payer], self.names[one.payee], one.fen,
            )
            for one in bookings_of_statement(self.statement)
        )  # fmt: skip
        heads = (_("时间"), _("来源"), _("单号"), _("付方"), _("收方"), _("金额（分）"))
        return Table(_("其他款项逐笔"), heads, rows)


def _moment(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
