"""The format `online_retail`: invoices and cancellations of a shop, and the rules of their replay."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from district.replay.errors import UnreadableData
from district.replay.receipts.dataset import (
    DataSet,
    Event,
    ReceiptEvent,
    RefundEvent,
    SpendingEvent,
)
from district.replay.receipts.returns import Invoice, InvoiceLine, UnreturnedPurchases
from district.replay.receipts.tables import amount, read_rows, shanghai_time

NAME = "online_retail"
TABLE = "receipt_lines"
COLUMNS = ("InvoiceNo", "CustomerID", "StockCode", "Quantity", "UnitPrice", "InvoiceDate")
STORES = 20
SPENDS_EVERY = 3
SPENDS_ONE_IN = 1
# A leading zero would make one number of two invoices.
INVOICE = re.compile(r"(C?)([1-9][0-9]{0,14})")


@dataclass(frozen=True, slots=True)
class RetailRow:
    """A line of the file: on whose invoice, if on anybody's, and what it says, if it counts."""

    number: str
    invoice: Invoice | None = None
    line: InvoiceLine | None = None


def read(table: Path) -> DataSet:
    """Every customer's purchases, spendings and refunds, and what the contract leaves out, counted.

    Raises UnreadableData.
    """
    file = _RetailFile()
    for row in read_rows(table, COLUMNS, _parse):
        file.add(row)
    invoices_by_member: defaultdict[int, list[Invoice]] = defaultdict(list)
    for invoice in file.invoices.values():
        invoices_by_member[invoice.member].append(invoice)
    if not invoices_by_member:
        raise UnreadableData(_("{table} 中没有购物记录。").format(table=table))
    journeys, parked = {}, {}
    for member, invoices in sorted(invoices_by_member.items()):
        purchases = UnreturnedPurchases()
        journeys[member] = tuple(_journey(sorted(invoices, key=_order), purchases))
        parked[member] = purchases.parked
    return DataSet(
        NAME,
        journeys,
        left_out={"ignored_lines": file.ignored, "anonymous_receipts": len(file.anonymous)},
        parked=parked,
    )


class _RetailFile:
    """The invoices of members as their lines come in, and what counts for nothing."""

    def __init__(self) -> None:
        self.invoices: dict[str, Invoice] = {}
        self.anonymous: set[str] = set()
        self.ignored = 0
        self._owners: dict[str, int | None] = {}

    def add(self, row: RetailRow) -> None:
        fresh = row.invoice
        owner = fresh.member if fresh else None
        if self._owners.setdefault(row.number, owner) != owner:
            raise UnreadableData(_("单据 {number} 分属两位顾客。").format(number=row.number))
        if fresh is None:
            self.anonymous.add(row.number)
        elif row.line is None:
            self.ignored += 1
        else:
            invoice = self.invoices.setdefault(row.number, fresh)
            invoice.at = min(invoice.at, fresh.at)
            invoice.lines.append(row.line)


def _parse(row: list[str]) -> RetailRow:
    number, customer, product, quantity, price_text, at = row
    if not customer:
        return RetailRow(number)
    shape = INVOICE.fullmatch(number)
    if shape is None:
        raise ValueError(_("单据号有误：{text}").format(text=number))
    cancels = bool(shape[1])
    invoice = Invoice(int(shape[2]), cancels, int(customer), shanghai_time(at))
    # A cancellation writes what comes back below zero.
    pieces = -int(quantity) if cancels else int(quantity)
    price = amount(price_text)
    line = InvoiceLine(product, pieces, price) if pieces > 0 and price > 0 else None
    return RetailRow(number, invoice, line)


def _order(invoice: Invoice) -> tuple[datetime, bool, int]:
    return invoice.at, invoice.cancels, invoice.number


def _journey(invoices: Sequence[Invoice], purchases: UnreturnedPurchases) -> Iterator[Event]:
    """A member's events: each purchase, all points spent after every third, and the refunds."""
    store_now, store_before = None, None
    for invoice in invoices:
        if invoice.cancels:
            for purchase, fen in purchases.give_back(invoice):
                yield RefundEvent(
                    str(invoice.number), _store(purchase), invoice.at, str(purchase.number), fen
                )
            continue
        purchases.add(invoice)
        store = _store(invoice)
        if store != store_now:
            store_now, store_before = store, store_now
        number = str(invoice.number)
        yield ReceiptEvent(number, store, invoice.at, invoice.paid_fen)
        if len(purchases) % SPENDS_EVERY == 0 and store_before is not None:
            yield SpendingEvent(number, store_before, invoice.at, SPENDS_ONE_IN)


def _store(purchase: Invoice) -> int:
    return purchase.number % STORES
