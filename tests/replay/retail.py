"""A small online_retail of the tests' own, with everything the contract's rules speak of."""

import gzip
import random
from datetime import datetime, timedelta

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
PRODUCTS = ("85123A", "POST", "M", "22423", "21754", "D")
MEMBERS, INVOICES = 9, 24


def row(*columns):
    """A line by invoice, product, pieces, time, price and customer."""
    invoice, product, pieces, at, price, customer = columns
    return f"{invoice},{product},x,{pieces},{at},{price},{customer},United Kingdom"


def write_retail(folder, invoices=INVOICES):
    """Members who buy, spend everything and bring back: in part, too much, dearer than it was,
    before they bought, and one who only ever brings back."""
    chance = random.Random(20101201)
    rows, number = [], 536_000
    for customer in range(12_346, 12_346 + 11 * MEMBERS, 11):
        at = datetime(2010, 12, 1, 8)
        for turn in range(invoices):
            number += chance.randint(1, 5)
            at += timedelta(minutes=chance.choice([0, 1, 600, 4_000]))
            only_returns = customer == 12_346 + 11
            cancels = only_returns or (turn != 1 and chance.random() < 0.35)
            # One member only ever shops at one store, and never spends.
            if customer == 12_346 and not cancels:
                number += (5 - number) % 20
            rows += _lines(chance, f"C{number}" if cancels else str(number), at, customer)
        rows.append(row(f"5{customer}", "22423", 1, at.isoformat(), "0.0", customer))
    for stranger in range(7):
        rows.append(row(f"9{stranger // 2}", "M", 1, "2010-12-01T08:00:00", "5.0", ""))
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([HEADER, *rows]) + "\n"
    (folder / "receipt_lines.csv.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def _lines(chance, invoice, at, customer):
    sign = -1 if invoice.startswith("C") else 1
    for _line in range(chance.randint(1, 5)):
        pieces = sign * chance.choice([1, 2, 3, 12])
        price = chance.choice(["0.05", "0.125", "1.25", "4.0", "37.99", "120.0"])
        if chance.random() < 0.05:
            pieces, price = chance.choice([(-pieces, price), (pieces, "0.0"), (pieces, "-1.5")])
        later = (at + timedelta(minutes=chance.randint(0, 1))).isoformat()
        yield row(invoice, chance.choice(PRODUCTS), pieces, later, price, customer)
