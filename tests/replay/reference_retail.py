"""The figures of the contract's online_retail, recomputed from the CSV by lists, dicts and loops alone.

Written to be checked by eye against the contract's text. It shares no line with the product: no
import of it, no Decimal, no classes; prices are parsed from their digits.
"""

import csv
import gzip
from datetime import datetime
from pathlib import Path

from tests.replay.reference import POINTS_PRICE_FEN, digest

STORES = 20


def online_retail(folder, households=None):
    """The contract's JSON figures for the data set in this folder."""
    invoices, anonymous, ignored = read_invoices(folder)
    by_member: dict[int, list] = {}
    for invoice in invoices:
        by_member.setdefault(invoice["member"], []).append(invoice)
    chosen = sorted(by_member)[:households]

    books: dict = {
        "issued": 0,
        "spent": 0,
        "clawed": 0,
        "refunds": 0,
        "parked_quantity": 0,
        "parked_fen": 0,
        "clearing": {},
        "stores": set(),
        "receipts": 0,
    }
    live = owed = 0
    member_lines = []
    for member in chosen:
        lots, debts = play(sorted(by_member[member], key=event_order), books)
        balance = sum(lot["left"] for lot in lots)
        debt = sum(left for _carrier, left in debts)
        live += balance
        owed += debt
        member_lines.append((member, balance, debt))

    clearing = books["clearing"]
    return {
        "format": "online_retail",
        "receipts": books["receipts"],
        "members": len(chosen),
        "merchants": len(books["stores"]),
        "points_issued": books["issued"],
        "points_spent": books["spent"],
        "points_clawed": books["clawed"],
        "points_live": live,
        "points_debt": owed,
        "clearing_pairs": len(clearing),
        "clearing_points": sum(clearing.values()),
        "clearing_digest": digest((*pair, points) for pair, points in clearing.items()),
        "members_digest": digest(member_lines),
        "refunds": books["refunds"],
        "parked_quantity": books["parked_quantity"],
        "parked_fen": books["parked_fen"],
        "ignored_lines": ignored,
        "anonymous_receipts": anonymous,
    }


def event_order(invoice):
    return (invoice["at"], invoice["cancels"], invoice["number"])


def play(events, books):
    """One member's events; what is left are the lots and the debts."""
    lots: list[dict] = []
    debts: list[list[int]] = []
    purchases: list[dict] = []
    for event in events:
        if event["cancels"]:
            for purchase, fen in returned(event, purchases, books):
                claw_back(purchase, fen, lots, debts, books)
            continue
        books["receipts"] += 1
        store = event["number"] % STORES
        books["stores"].add(store)
        event["store"] = store
        event["paid"] = sum(
            fen_of(n, line["price"]) for line in event["lines"] for n in [line["n"]]
        )
        event["refunded"] = event["clawed"] = 0
        event["granted"] = event["paid"] // POINTS_PRICE_FEN
        event["lot"] = {"store": store, "left": event["granted"]}
        books["issued"] += event["granted"]
        lots.append(event["lot"])
        repay(event["lot"], debts, books)
        purchases.append(event)
        if len(purchases) % 3 == 0:
            others = [p["store"] for p in purchases if p["store"] != store]
            if others:
                for lot in lots:
                    books["spent"] += lot["left"]
                    draw(lot, lot["left"], others[-1], books)
    return lots, debts


def draw(lot, points, redeemer, books):
    lot["left"] -= points
    if points and lot["store"] != redeemer:
        pair = (lot["store"], redeemer)
        books["clearing"][pair] = books["clearing"].get(pair, 0) + points


def repay(lot, debts, books):
    for debt in debts:
        points = min(lot["left"], debt[1])
        debt[1] -= points
        draw(lot, points, debt[0], books)


def returned(cancellation, purchases, books):
    """What a cancellation gives back: purchases with the fen of each, in the purchases' order."""
    fen = [0] * len(purchases)
    for line in cancellation["lines"]:
        left = -line["n"]
        for place in range(len(purchases) - 1, -1, -1):
            for bought in reversed(purchases[place]["lines"]):
                if bought["code"] != line["code"]:
                    continue
                pieces = min(left, bought["unreturned"])
                bought["unreturned"] -= pieces
                left -= pieces
                fen[place] += fen_of(pieces, line["price"])
        books["parked_quantity"] += left
        books["parked_fen"] += fen_of(left, line["price"])
    posted = []
    for purchase, requested in zip(purchases, fen, strict=True):
        refunded = min(requested, purchase["paid"] - purchase["refunded"])
        books["parked_fen"] += requested - refunded
        if refunded > 0:
            books["refunds"] += 1
            posted.append((purchase, refunded))
    return posted


def claw_back(purchase, fen, lots, debts, books):
    purchase["refunded"] += fen
    due = (purchase["paid"] - purchase["refunded"]) // POINTS_PRICE_FEN
    take = purchase["granted"] - purchase["clawed"] - due
    purchase["clawed"] += take
    books["clawed"] += take
    for lot in [purchase["lot"], *lots]:
        points = min(take, lot["left"])
        draw(lot, points, purchase["store"], books)
        take -= points
    if take:
        debts.append([purchase["store"], take])


def read_invoices(folder):
    """The invoices of members, how many are of nobody, and how many lines count for nothing."""
    invoices: dict[str, dict] = {}
    anonymous = set()
    ignored = 0
    path = Path(folder) / "receipt_lines.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            name = row["InvoiceNo"]
            if not row["CustomerID"]:
                anonymous.add(name)
                continue
            cancels = name.startswith("C")
            n = int(row["Quantity"])
            price = price_of(row["UnitPrice"])
            if price[0] <= 0 or (n >= 0 if cancels else n <= 0):
                ignored += 1
                continue
            at = datetime.fromisoformat(row["InvoiceDate"])
            invoice = invoices.setdefault(
                name,
                {
                    "number": int(name.lstrip("C")),
                    "cancels": cancels,
                    "member": int(row["CustomerID"]),
                    "at": at,
                    "lines": [],
                },
            )
            invoice["at"] = min(invoice["at"], at)
            invoice["lines"].append(
                {"code": row["StockCode"], "n": n, "unreturned": n, "price": price}
            )
    return list(invoices.values()), len(anonymous), ignored


def price_of(text):
    """A price as its digits without the point, and how many of them stand behind it."""
    whole, _, fraction = text.partition(".")
    return int(whole + fraction), len(fraction)


def fen_of(pieces, price):
    """Pieces × price in fen, rounded half up: twice the value plus one, halved downwards."""
    digits, decimals = price
    return (2 * 100 * pieces * digits + 10**decimals) // (2 * 10**decimals)
