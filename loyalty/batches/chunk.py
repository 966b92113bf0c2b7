"""Turns lines into what is posted at once, what is posted one by one, and what is answered as it is."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from district.kernel.errors import DomainError
from district.kernel.ids import new_id
from district.members.queries import open_members
from district.merchants.errors import (
    MemberNotFound,
    MerchantSuspended,
    StoreNotInAlliance,
    StoreNotYours,
)
from loyalty import granting, rules
from loyalty.batches import answers, queries
from loyalty.batches.models import Batch, RowAnswer
from loyalty.batches.rows import Kind, Reader, Row, Unreadable
from loyalty.batches.staging import Posting
from loyalty.errors import NoTerms
from loyalty.ledger import Bill, Grant
from loyalty.queries import TermsInForce, terms_between


@dataclass(frozen=True, slots=True)
class Purchase:
    """A receipt that nothing speaks against so far."""

    row: Row
    store: int
    member: int
    bill: Bill


@dataclass(frozen=True, slots=True)
class Return:
    """A refund that nothing speaks against so far."""

    row: Row
    store: int
    receipt_store: int


@dataclass
class Chunk:
    """Some lines of a batch, sorted by how they are done; `single` in the order of the file."""

    plain: list[Posting] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    purchases: dict[int, Purchase] = field(default_factory=dict)
    single: list[Purchase | Return] = field(default_factory=list)
    answers: list[RowAnswer] = field(default_factory=list)


def chunk_of(batch: Batch, lines: Sequence[tuple[int, bytes]], at: datetime) -> Chunk:
    """The lines, checked as the single endpoints check them, in the same order of checks."""
    return _Sorter(batch, at).sorted(lines)


class _Sorter:
    def __init__(self, batch: Batch, at: datetime) -> None:
        self._batch = batch
        self._at = at
        self._standing = queries.standing_of(batch, at)
        self._chunk = Chunk()

    def sorted(self, lines: Sequence[tuple[int, bytes]]) -> Chunk:
        rows = self._read(lines)
        asked = [row.asked["member"] for row in rows if row.kind == Kind.RECEIPT]
        members = open_members(asked)
        found: list[Purchase] = []
        returns: list[Return] = []
        for row in rows:
            try:
                if row.kind == Kind.RECEIPT:
                    found.append(self._purchase(row, members))
                else:
                    returns.append(self._return(row))
            except DomainError as refusal:
                self._refuse(row, refusal)
        granted = self._granted(found)
        apart = self._members_apart([one for one, _terms in granted], returns)
        for purchase, terms in granted:
            if purchase.member in apart:
                self._chunk.single.append(purchase)
            else:
                self._add(purchase, terms)
        self._chunk.single.extend(returns)
        self._chunk.single.sort(key=lambda one: one.row.line)
        return self._chunk

    def _read(self, lines: Iterable[tuple[int, bytes]]) -> list[Row]:
        reader = Reader(self._batch.format, self._batch.columns, self._batch.separator)
        rows = []
        for line, content in lines:
            try:
                rows.append(reader.read(line, content))
            except Unreadable as wrong:
                self._chunk.answers.append(answers.unreadable(self._batch.pk, line, wrong))
        return rows

    def _refuse(self, row: Row, refusal: DomainError) -> None:
        self._chunk.answers.append(answers.refused(self._batch.pk, row, refusal))

    def _purchase(self, row: Row, members: dict[str, int]) -> Purchase:
        asked = row.asked
        store = self._store(asked["store"])
        if not self._standing.in_alliance:
            raise StoreNotInAlliance
        if asked["member"] not in members:
            raise MemberNotFound
        number, fen, at = asked["receipt_no"], asked["paid_fen"], asked["paid_at"]
        mark = rules.bill_fingerprint(store=store, receipt_no=number, paid_fen=fen, paid_at=at)
        return Purchase(row, store, members[asked["member"]], Bill(number, fen, at, "batch", mark))

    def _return(self, row: Row) -> Return:
        store = self._store(row.asked["store"])
        return Return(row, store, self._store(row.asked.get("receipt_store", row.asked["store"])))

    def _store(self, public_id: str) -> int:
        if self._standing.suspended:
            raise MerchantSuspended
        if public_id not in self._standing.stores:
            raise StoreNotYours
        return self._standing.stores[public_id]

    def _granted(self, purchases: list[Purchase]) -> list[tuple[Purchase, TermsInForce]]:
        """Those that earn now, each with its terms; the others are refused unless they repeat."""
        if not purchases:
            return []
        paid = [one.bill.paid_at for one in purchases]
        periods = terms_between(self._batch.merchant_id, min(paid), max(paid))
        starts = [start for start, _end, _terms in periods]
        granted: list[tuple[Purchase, TermsInForce]] = []
        late: list[tuple[Purchase, DomainError]] = []
        for purchase in purchases:
            paid_at = purchase.bill.paid_at
            try:
                granting.require_recent(paid_at, self._at)
                at = bisect_right(starts, paid_at) - 1
                if at < 0 or not _ends_after(periods[at][1], paid_at):
                    raise NoTerms
                granted.append((purchase, periods[at][2]))
            except DomainError as refusal:
                late.append((purchase, refusal))
        known = queries.receipts_numbered((one.store, one.bill.receipt_no) for one, _ in late)
        for purchase, reason in late:
            told = known.get((purchase.store, purchase.bill.receipt_no), [])
            receipt = next((one for one in told if is_same(one, purchase)), None)
            if receipt is not None:
                answer = answers.of_receipt(self._batch.pk, purchase.row, receipt, repeated=True)
                self._chunk.answers.append(answer)
            else:
                self._refuse(purchase.row, reason)
        return granted

    def _members_apart(self, purchases: list[Purchase], returns: list[Return]) -> set[int]:
        """Members whose rows go one by one, to keep their order: those whose receipts are refunded
        here, and those of receipts that stand here twice."""
        named: dict[object, Purchase] = {}
        apart: set[int] = set()
        for purchase in purchases:
            for mark in ((purchase.store, purchase.bill.receipt_no), purchase.bill.fingerprint):
                first = named.setdefault(mark, purchase)
                if first is not purchase:
                    apart |= {first.member, purchase.member}
        refunded = [(one.receipt_store, one.row.asked["receipt_no"]) for one in returns]
        apart |= {named[mark].member for mark in refunded if mark in named}
        told = queries.receipts_numbered(refunded).values()
        apart |= {one.account_id for known in told for one in known}
        return apart

    def _add(self, purchase: Purchase, terms: TermsInForce) -> None:
        chunk, bill = self._chunk, purchase.bill
        place = next((i for i, one in enumerate(chunk.grants) if one.terms == terms.pk), None)
        if place is None:
            place = len(chunk.grants)
            chunk.grants.append(granting.grant_by(terms, bill, self._at))
        points = rules.points_for(
            bill.paid_fen, earn_points=terms.earn_points, earn_per_fen=terms.earn_per_fen
        )
        assert bill.fingerprint is not None
        chunk.purchases[purchase.row.line] = purchase
        chunk.plain.append(
            Posting(
                line=purchase.row.line,
                member=purchase.member,
                store=purchase.store,
                receipt_no=bill.receipt_no,
                paid_fen=bill.paid_fen,
                paid_at=bill.paid_at,
                fingerprint=bill.fingerprint,
                grant=place,
                points=points,
                transfer_id=new_id("tr"),
            )
        )


def is_same(receipt: object, purchase: Purchase) -> bool:
    """Whether a posted receipt is the one a row tells of."""
    bill = purchase.bill
    told = (purchase.store, purchase.member, bill.receipt_no, bill.paid_fen, bill.paid_at)
    names = ("store_id", "account_id", "receipt_no", "paid_fen", "paid_at")
    return tuple(getattr(receipt, name) for name in names) == told


def _ends_after(end: datetime | None, at: datetime) -> bool:
    return end is None or at < end
