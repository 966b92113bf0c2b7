"""Turns lines into what is posted at once, what is posted one by one, and what is answered as it is."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from district.kernel.database.ids import new_id
from district.kernel.errors import DomainError
from district.members.queries import open_members
from district.merchants.errors import (
    MemberNotFound,
    MerchantSuspended,
    StoreNotInAlliance,
    StoreNotYours,
)
from loyalty import arithmetic, earning
from loyalty.errors import NoTerms
from loyalty.queries import TermsInForce, terms_between
from loyalty.receipt_batches import queries, results
from loyalty.receipt_batches.models import Batch, RowResult
from loyalty.receipt_batches.procedures import ReceiptPosting
from loyalty.receipt_batches.rows import Kind, ParsedRow, RowReader, UnreadableRow
from loyalty.values import Grant, ReportedPurchase


@dataclass(frozen=True, slots=True)
class EarningRow:
    """A receipt that passed the checks so far."""

    row: ParsedRow
    store: int
    member: int
    purchase: ReportedPurchase


@dataclass(frozen=True, slots=True)
class RefundRow:
    """A refund that passed the checks so far."""

    row: ParsedRow
    store: int
    receipt_store: int


@dataclass
class Chunk:
    """Some lines of a batch, sorted by how they are done; `single` in the order of the file."""

    set_based: list[ReceiptPosting] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    earning_rows: dict[int, EarningRow] = field(default_factory=dict)
    single: list[EarningRow | RefundRow] = field(default_factory=list)
    results: list[RowResult] = field(default_factory=list)


def chunk_of(batch: Batch, lines: Sequence[tuple[int, bytes]], at: datetime) -> Chunk:
    """The lines, checked as the single endpoints check them, in the same order of checks."""
    return _Sorter(batch, at).sorted(lines)


class _Sorter:
    def __init__(self, batch: Batch, at: datetime) -> None:
        self._batch = batch
        self._at = at
        self._merchant_status = queries.merchant_status_of(batch, at)
        self._chunk = Chunk()

    def sorted(self, lines: Sequence[tuple[int, bytes]]) -> Chunk:
        rows = self._read(lines)
        member_ids = [row.values["member"] for row in rows if row.kind == Kind.RECEIPT]
        members = open_members(member_ids)
        found: list[EarningRow] = []
        refund_rows: list[RefundRow] = []
        for row in rows:
            try:
                if row.kind == Kind.RECEIPT:
                    found.append(self._earning_row(row, members))
                else:
                    refund_rows.append(self._refund_row(row))
            except DomainError as refusal:
                self._refuse(row, refusal)
        granted = self._with_terms(found)
        members_posted_singly = self._members_posted_singly(
            [earning_row for earning_row, _terms in granted], refund_rows
        )
        for earning_row, terms in granted:
            if earning_row.member in members_posted_singly:
                self._chunk.single.append(earning_row)
            else:
                self._add(earning_row, terms)
        self._chunk.single.extend(refund_rows)
        self._chunk.single.sort(key=lambda chunk_row: chunk_row.row.line)
        return self._chunk

    def _read(self, lines: Iterable[tuple[int, bytes]]) -> list[ParsedRow]:
        reader = RowReader(self._batch.format, self._batch.columns, self._batch.separator)
        rows = []
        for line, content in lines:
            try:
                rows.append(reader.read(line, content))
            except UnreadableRow as wrong:
                self._chunk.results.append(results.unreadable_result(self._batch.pk, line, wrong))
        return rows

    def _refuse(self, row: ParsedRow, refusal: DomainError) -> None:
        self._chunk.results.append(results.refused_result(self._batch.pk, row, refusal))

    def _earning_row(self, row: ParsedRow, members: dict[str, int]) -> EarningRow:
        values = row.values
        store = self._store(values["store"])
        if not self._merchant_status.in_alliance:
            raise StoreNotInAlliance
        if values["member"] not in members:
            raise MemberNotFound
        number, fen, at = values["receipt_no"], values["paid_fen"], values["paid_at"]
        mark = arithmetic.purchase_fingerprint(
            store=store, receipt_no=number, paid_fen=fen, paid_at=at
        )
        return EarningRow(
            row, store, members[values["member"]], ReportedPurchase(number, fen, at, "batch", mark)
        )

    def _refund_row(self, row: ParsedRow) -> RefundRow:
        store = self._store(row.values["store"])
        return RefundRow(
            row, store, self._store(row.values.get("receipt_store", row.values["store"]))
        )

    def _store(self, public_id: str) -> int:
        if self._merchant_status.suspended:
            raise MerchantSuspended
        if public_id not in self._merchant_status.stores:
            raise StoreNotYours
        return self._merchant_status.stores[public_id]

    def _with_terms(self, earning_rows: list[EarningRow]) -> list[tuple[EarningRow, TermsInForce]]:
        """Those that earn now, each with its terms; the others are refused unless they repeat."""
        if not earning_rows:
            return []
        paid = [earning_row.purchase.paid_at for earning_row in earning_rows]
        periods = terms_between(self._batch.merchant_id, min(paid), max(paid))
        starts = [start for start, _end, _terms in periods]
        granted: list[tuple[EarningRow, TermsInForce]] = []
        late: list[tuple[EarningRow, DomainError]] = []
        for earning_row in earning_rows:
            paid_at = earning_row.purchase.paid_at
            try:
                earning.require_recent(paid_at, self._at)
                at = bisect_right(starts, paid_at) - 1
                if at < 0 or not _ends_after(periods[at][1], paid_at):
                    raise NoTerms
                granted.append((earning_row, periods[at][2]))
            except DomainError as refusal:
                late.append((earning_row, refusal))
        known = queries.receipts_by_number(
            (earning_row.store, earning_row.purchase.receipt_no) for earning_row, _ in late
        )
        for earning_row, reason in late:
            receipts = known.get((earning_row.store, earning_row.purchase.receipt_no), [])
            receipt = next(
                (candidate for candidate in receipts if is_same(candidate, earning_row)), None
            )
            if receipt is not None:
                answer = results.receipt_result(
                    self._batch.pk,
                    earning_row.row,
                    receipt.pk,
                    points=receipt.granted,
                    repeated=True,
                )
                self._chunk.results.append(answer)
            else:
                self._refuse(earning_row.row, reason)
        return granted

    def _members_posted_singly(
        self, earning_rows: list[EarningRow], refund_rows: list[RefundRow]
    ) -> set[int]:
        """Members whose rows go one by one, to keep their order: those whose receipts are refunded
        here, and those of receipts that stand here twice."""
        named: dict[object, EarningRow] = {}
        members_posted_singly: set[int] = set()
        for earning_row in earning_rows:
            for mark in (
                (earning_row.store, earning_row.purchase.receipt_no),
                earning_row.purchase.fingerprint,
            ):
                first = named.setdefault(mark, earning_row)
                if first is not earning_row:
                    members_posted_singly |= {first.member, earning_row.member}
        refunded = [
            (refund_row.receipt_store, refund_row.row.values["receipt_no"])
            for refund_row in refund_rows
        ]
        members_posted_singly |= {named[mark].member for mark in refunded if mark in named}
        receipts_by_number = queries.receipts_by_number(refunded).values()
        members_posted_singly |= {
            receipt.account_id for receipts in receipts_by_number for receipt in receipts
        }
        return members_posted_singly

    def _add(self, earning_row: EarningRow, terms: TermsInForce) -> None:
        chunk, purchase = self._chunk, earning_row.purchase
        position = next(
            (position for position, grant in enumerate(chunk.grants) if grant.terms == terms.pk),
            None,
        )
        if position is None:
            position = len(chunk.grants)
            chunk.grants.append(earning.grant_under_terms(terms, purchase, self._at))
        points = arithmetic.points_for(
            purchase.paid_fen, earn_points=terms.earn_points, earn_per_fen=terms.earn_per_fen
        )
        assert purchase.fingerprint is not None
        chunk.earning_rows[earning_row.row.line] = earning_row
        chunk.set_based.append(
            ReceiptPosting(
                line=earning_row.row.line,
                member=earning_row.member,
                store=earning_row.store,
                receipt_no=purchase.receipt_no,
                paid_fen=purchase.paid_fen,
                paid_at=purchase.paid_at,
                fingerprint=purchase.fingerprint,
                grant=position,
                points=points,
                transfer_id=new_id("tr"),
            )
        )


def is_same(receipt: object, earning_row: EarningRow) -> bool:
    """Whether a posted receipt is the one a row reports."""
    purchase = earning_row.purchase
    reported = (
        earning_row.store,
        earning_row.member,
        purchase.receipt_no,
        purchase.paid_fen,
        purchase.paid_at,
    )
    names = ("store_id", "account_id", "receipt_no", "paid_fen", "paid_at")
    return tuple(getattr(receipt, name) for name in names) == reported


def _ends_after(end: datetime | None, at: datetime) -> bool:
    return end is None or at < end
