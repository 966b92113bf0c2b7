"""The figures of the replay contract, recomputed from the CSV by lists, dicts and loops alone.

Written to be checked by eye against the contract's text. It shares no line with the product: no
import of it, no Decimal, no classes; cents are parsed from the digits.
"""

import csv
import gzip
import hashlib
from datetime import datetime
from pathlib import Path

POINTS_PRICE_FEN = 100


def completejourney(folder, households=None):
    """The contract's JSON figures for the data set in this folder."""
    baskets = read_baskets(folder)
    by_household: dict[int, list] = {}
    for basket in baskets.values():
        by_household.setdefault(basket["household"], []).append(basket)
    chosen = sorted(by_household)
    if households is not None:
        chosen = chosen[:households]

    issued = spent = live = receipts = 0
    stores = set()
    clearing: dict[tuple[int, int], int] = {}
    member_lines = []
    for household in chosen:
        visits = sorted(by_household[household], key=lambda b: (b["at"], b["number"]))
        lots = []
        for k, basket in enumerate(visits, start=1):
            receipts += 1
            stores.add(basket["store"])
            points = max(basket["cents"], 0) // POINTS_PRICE_FEN
            issued += points
            lots.append([basket["store"], points])
            if k % 5 != 0:
                continue
            redeemer = None
            for earlier in visits[: k - 1]:
                if earlier["store"] != basket["store"]:
                    redeemer = earlier["store"]
            wanted = sum(left for _, left in lots) // 2
            if redeemer is None or wanted == 0:
                continue
            spent += wanted
            for lot in lots:
                taken = min(lot[1], wanted)
                lot[1] -= taken
                wanted -= taken
                if taken and lot[0] != redeemer:
                    pair = (lot[0], redeemer)
                    clearing[pair] = clearing.get(pair, 0) + taken
        balance = sum(left for _, left in lots)
        live += balance
        member_lines.append((household, balance, 0))

    return {
        "format": "completejourney",
        "receipts": receipts,
        "members": len(chosen),
        "merchants": len(stores),
        "points_issued": issued,
        "points_spent": spent,
        "points_clawed": 0,
        "points_live": live,
        "points_debt": 0,
        "clearing_pairs": len(clearing),
        "clearing_points": sum(clearing.values()),
        "clearing_digest": digest((*pair, points) for pair, points in clearing.items()),
        "members_digest": digest(member_lines),
    }


def read_baskets(folder):
    """The baskets by number, each with household, store, cents paid and time of its first line."""
    baskets: dict[int, dict] = {}
    path = Path(folder) / "transactions.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            at = datetime.fromisoformat(row["transaction_timestamp"])
            number = int(row["basket_id"])
            basket = baskets.setdefault(
                number,
                {
                    "number": number,
                    "household": int(row["household_id"]),
                    "store": int(row["store_id"]),
                    "cents": 0,
                    "at": at,
                },
            )
            basket["cents"] += cents(row["sales_value"]) - cents(row["coupon_disc"])
            basket["at"] = min(basket["at"], at)
    return baskets


def cents(text):
    """Whole cents of an amount written with at most two decimals."""
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.lstrip("+-").partition(".")
    if len(fraction) > 2:
        raise ValueError(text)
    return sign * (int(whole) * 100 + int(fraction.ljust(2, "0")))


def digest(rows):
    """SHA-256 of the rows as comma-separated lines, sorted as integers."""
    lines = [",".join(str(number) for number in row) + "\n" for row in sorted(rows)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
