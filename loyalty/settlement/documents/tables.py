"""What all documents of a statement show: the same tables, whatever they are written on.

Sums are in yuan, what the merchant receives and what it pays in columns of their own, each with its total.
What is reckoned exactly, in thousandths of a fen, stands apart.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from district.kernel import clock
from district.kernel.text.sheets import Cell, Table, Yuan
from loyalty.models import Transfer
from loyalty.settlement import sources
from loyalty.settlement.models import Charge, CreditNote, Fee, Line, Statement, StatementPayment
from loyalty.settlement.models.line import MILLI
from loyalty.settlement.queries import bookings_of_statement, movements_of_statement

Row = tuple[Cell, ...]
Totals = dict[int, type[int] | type[Yuan]]


class StatementDocument:
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
            (_("应收（元）"), Yuan(own.receivable)),
            (_("应付（元）"), Yuan(own.payable)),
            (_("手续费（元）"), Yuan(own.fees)),
            (_("手续费收入（元）"), Yuan(own.fees_kept)),
            (_("贷项（元）"), Yuan(own.credits)),
            (_("其他款项（元）"), Yuan(own.charges)),
            (_("净额（元）"), Yuan(own.net)),
            (_("预存支付（元）"), Yuan(own.prefunded)),
            (_("应结（元，正数付给商户，负数由商户支付）"), Yuan(own.due)),
            (_("过期积分"), own.expired_points),
            (_("摘要"), bytes(own.hash).hex()),
        ]
        return Table(_("结算单"), (_("项目"), _("内容")), rows)

    def _sides(self, payee: int, amount: Cell) -> tuple[Cell, Cell]:
        """An amount among what the merchant receives, or among what it pays."""
        return (amount, None) if payee == self.statement.merchant_id else (None, amount)

    def line_table(self) -> Table:
        heads = (
            _("发放商户"), _("收取商户"), _("笔数"), _("积分"), _("应收（元）"), _("应付（元）"),
            _("其中预存支付（元）"),
        )  # fmt: skip
        rows = (
            (
                line.issuer.name, line.redeemer.name, line.movements, line.points,
                *self._sides(line.redeemer_id, Yuan(line.fen)),
                Yuan(line.prefunded_fen) if self._issued(line) else None,
            )
            for line in self.lines
        )  # fmt: skip
        return Table(_("清分明细"), heads, rows, totals=_whole(2, 3) | _sums(4, 5, 6))

    def exact_table(self) -> Table:
        """How the sums of the lines came about, in thousandths of a fen; what the merchant pays is below
        zero."""
        heads = (
            _("发放商户"), _("收取商户"), _("金额（毫分）"), _("上期零头（毫分）"),
            _("结算（毫分）"), _("本期零头（毫分）"), _("预存金额（毫分）"), _("预存上期零头（毫分）"),
            _("预存本期零头（毫分）"),
        )  # fmt: skip
        return Table(
            _("清分明细（毫分，应付为负）"),
            heads,
            map(self._exactly, self.lines),
            totals=_whole(*range(2, 9)),
        )

    def _exactly(self, line: Line) -> Row:
        sign = -1 if self._issued(line) else 1
        amounts = (line.milli_fen, line.carry_in, line.fen * MILLI, line.carry_out)
        prefunded: tuple[Cell, ...] = (None, None, None)
        if self._issued(line):
            prefunded = (
                line.prefunded_milli_fen,
                line.prefunded_carry_in,
                line.prefunded_carry_out,
            )
        return (
            *(line.issuer.name, line.redeemer.name),
            *(sign * amount for amount in amounts),
            *prefunded,
        )

    def _issued(self, line: Line) -> bool:
        return line.issuer_id == self.statement.merchant_id

    def others(self) -> Iterator[Table]:
        """Charges, fees, credit notes and payments, each where there are any."""
        own = self.statement
        yield Table(
            _("其他款项"),
            (_("付方"), _("收方"), _("来源"), _("笔数"), _("应收（元）"), _("应付（元）")),
            (
                (charge.payer.name, charge.payee.name, str(sources.source_name(charge.source)),
                 charge.bookings, *self._sides(charge.payee_id, Yuan(charge.fen)))
                for charge in self.charges
            ),
            totals=_whole(3) | _sums(4, 5),
        )  # fmt: skip
        fees = Fee.objects.filter(cycle=own.cycle_id).select_related("merchant").order_by("pk")
        if own.fees_kept == 0:
            fees = fees.filter(merchant=own.merchant_id)
        yield Table(
            _("手续费"),
            (_("商户"), _("手续费（元）"), _("计费金额（毫分）")),
            ((fee.merchant.name, Yuan(fee.fen), fee.milli_fen) for fee in fees),
            totals=_sums(1) | _whole(2),
        )
        notes = CreditNote.objects.filter(
            Q(payer=own.merchant_id) | Q(payee=own.merchant_id),
            cycle=own.cycle_id,
            state=CreditNote.State.APPROVED,
        ).select_related("corrects", "payer", "payee")
        yield Table(
            _("贷项通知"),
            (_("编号"), _("更正期号"), _("付方"), _("收方"), _("应收（元）"), _("应付（元）"),
             _("原因")),
            (
                (note.public_id, note.corrects.number, note.payer.name, note.payee.name,
                 *self._sides(note.payee_id, Yuan(note.fen)), note.reason)
                for note in notes.order_by("pk")
            ),
            totals=_sums(4, 5),
        )  # fmt: skip
        received = StatementPayment.Direction.TO_MERCHANT
        yield Table(
            _("付款"),
            (_("编号"), _("付给商户（元）"), _("商户付来（元）"), _("凭证号"),
             _("付款时间")),
            (
                (pay.public_id,
                 *((Yuan(pay.fen), None) if pay.direction == received else (None, Yuan(pay.fen))),
                 pay.reference, _moment(pay.paid_at))
                for pay in StatementPayment.objects.filter(statement=own).order_by("nth")
            ),
            totals=_sums(1, 2),
        )  # fmt: skip

    def movement_table(self) -> Table:
        """Everything the lines are made of, streamed."""
        heads = (
            _("时间"), _("类型"), _("流水号"), _("会员编号"), _("发放商户"), _("收取商户"), _("积分"),
            _("金额（元，约）"), _("批次"), _("小票号"), _("购买门店"), _("请求号"), _("使用门店"),
            _("单价（毫分）"), _("应收（毫分）"), _("应付（毫分）"),
        )  # fmt: skip
        kinds = {kind: str(name) for kind, name in Transfer.Kind.choices}
        rows = (
            (
                _moment(movement.at), kinds[movement.kind], str(movement.transfer), movement.member,
                self.names[movement.issuer], self.names[movement.redeemer], movement.points,
                Yuan(_rounded(movement.milli_fen)), str(movement.lot), movement.receipt_no, movement.receipt_store,
                movement.reference, movement.store, movement.price_milli_fen,
                *self._sides(movement.redeemer, movement.milli_fen),
            )
            for movement in movements_of_statement(self.statement)
        )  # fmt: skip
        return Table(_("逐笔明细"), heads, rows, totals=_whole(6, 14, 15))

    def booking_table(self) -> Table:
        """Everything the charges are made of, streamed."""
        rows = (
            (
                _moment(booking.at), str(sources.source_name(booking.source)), booking.reference,
                self.names[booking.payer], self.names[booking.payee],
                *self._sides(booking.payee, Yuan(booking.fen)),
            )
            for booking in bookings_of_statement(self.statement)
        )  # fmt: skip
        heads = (
            _("时间"), _("来源"), _("单号"), _("付方"), _("收方"), _("应收（元）"), _("应付（元）"),
        )  # fmt: skip
        return Table(_("其他款项逐笔"), heads, rows, totals=_sums(5, 6))


def _whole(*columns: int) -> Totals:
    return dict.fromkeys(columns, int)


def _sums(*columns: int) -> Totals:
    return dict.fromkeys(columns, Yuan)


def _rounded(milli_fen: int) -> int:
    """The nearest fen, halves away from nothing: for the eye, the exact sum stands beside it."""
    fen = (abs(milli_fen) + MILLI // 2) // MILLI
    return fen if milli_fen >= 0 else -fen


def _moment(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
