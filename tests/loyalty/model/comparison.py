"""What of the ledger is held against the model, after each step."""

from loyalty import queries
from loyalty.models import Debt, Hold, Lot, ParkedRefund, PointsAccount, Receipt, Transfer
from loyalty.settlement.models import Cycle, Line, Statement


class LedgerComparison:
    """The comparisons of the machine; what it drives stands in `LedgerModelRun`."""

    def compare_balances(self):
        for member, account in zip(self.members, self.model.accounts.values(), strict=True):
            assert queries.balance_of(member, self.model.now) == queries.Balance(
                available=account.available,
                held=account.held,
                pending=account.pending,
                debt=account.debt,
            )

    def compare_rows(self):
        lots = {member.pk: [] for member in self.members}
        for lot in Lot.objects.order_by("pk"):
            lots[lot.account_id].append(
                (
                    self.names[lot.issuer_id],
                    lot.price_milli_fen,
                    lot.granted,
                    lot.remaining,
                    lot.active_from,
                    lot.expires_at,
                    lot.pending,
                )
            )
        debts = {member.pk: [] for member in self.members}
        for debt in Debt.objects.order_by("at", "pk"):
            debts[debt.account_id].append((self.names[debt.carrier_id], debt.points - debt.repaid))
        lines = {member.pk: [] for member in self.members}
        for line in Transfer.objects.order_by("seq"):
            lines[line.account_id].append((line.kind, line.points, line.available_after))
        for member, account in zip(self.members, self.model.accounts.values(), strict=True):
            assert lines[member.pk] == account.lines
            assert lots[member.pk] == [
                (lot.issuer, lot.price, lot.granted, lot.left, lot.comes, lot.ends, lot.waiting)
                for lot in account.lots
            ]
            assert debts[member.pk] == [
                (debt.carrier, debt.open)
                for debt in sorted(account.debts, key=lambda debt: debt.since)
            ]
        heirs = dict(PointsAccount.objects.values_list("pk", "merged_into"))
        owners = {
            id(account): pk
            for pk, account in zip(self.pks, self.model.accounts.values(), strict=True)
        }
        for pk, account in zip(self.pks, self.model.accounts.values(), strict=True):
            assert heirs.get(pk) == (owners[id(account.heir)] if account.heir else None)

    @property
    def pks(self):
        return [member.pk for member in self.members]

    def compare_what_was_refunded(self):
        states = dict(Hold.objects.values_list("pk", "state"))
        assert {row.pk: held.state for held, row in self.holds} == states
        assert [
            (
                (self.names[row.merchant_id], row.receipt_no, row.freed),
                (row.refunded_fen, row.granted, row.clawed),
                sum(naive_row.ended for naive_row in row.refunds.all()),
            )
            for row in Receipt.objects.order_by("pk").prefetch_related("refunds")
        ] == [
            (
                (naive_row.merchant, naive_row.no, naive_row.freed),
                (naive_row.refunded, naive_row.granted, naive_row.taken),
                naive_row.gone,
            )
            for naive_row in self.model.receipts
        ]
        assert [
            state == "waiting"
            for state in ParkedRefund.objects.order_by("pk").values_list("state", flat=True)
        ] == [naive_row.waits for naive_row in self.model.parked]

    def compare_settlement(self):
        """All closed cycles together are what the model owes before the last one's end, to the fen."""
        end = Cycle.objects.filter(state="closed").order_by("-number").first().ends_at
        sums, carries = {}, {}
        for line in Line.objects.order_by("cycle__number"):
            pair = (self.names[line.issuer_id], self.names[line.redeemer_id])
            points, milli_fen, fen = sums.get(pair, (0, 0, 0))
            sums[pair] = (points + line.points, milli_fen + line.milli_fen, fen + line.fen)
            assert line.carry_in == carries.get(pair, 0)
            carries[pair] = line.carry_out
        assert {
            pair: (points, milli_fen)
            for pair, (points, milli_fen, _fen) in sums.items()
            if (points, milli_fen) != (0, 0)
        } == self.model.settled(end)
        for pair, (_points, milli_fen, fen) in sums.items():
            assert fen * 1000 + carries[pair] == milli_fen
            assert abs(carries[pair]) < 1000
        for cycle in Cycle.objects.filter(state="closed"):
            assert sum(statement.net for statement in Statement.objects.filter(cycle=cycle)) == 0
