"""The contract of `replay_coupons` once more, straight from the files: plain Python that shares no code
with the product."""

import csv
import gzip
import hashlib
from pathlib import Path

CENTS = 100


def coupons(folder):
    """The figures of the contract for the data set in a folder."""
    folder = Path(folder)
    products = {}
    for row in rows(folder / "coupons.csv.gz"):
        template = (int(row["coupon_upc"]), int(row["campaign_id"]))
        products.setdefault(template, set()).add(row["product_id"])
    received = {
        (int(row["campaign_id"]), int(row["household_id"]))
        for row in rows(folder / "campaigns.csv")
    }
    days = {
        int(row["campaign_id"]): (row["start_date"], row["end_date"])
        for row in rows(folder / "campaign_descriptions.csv")
    }
    baskets = read_baskets(folder)
    redemptions = sorted(
        (
            row["redemption_date"],
            int(row["household_id"]),
            int(row["coupon_upc"]),
            int(row["campaign_id"]),
        )
        for row in rows(folder / "coupon_redemptions.csv")
    )

    counts = dict.fromkeys(("claims", "redeemed", "limit", "no_items"), 0)
    wallet, used, pairs = set(), set(), {}
    for day, household, upc, campaign in redemptions:
        coupon = (household, upc, campaign)
        if coupon in used:
            counts["limit"] += 1
            continue
        if coupon not in wallet:
            first, last = days[campaign]
            assert (campaign, household) in received
            assert first <= day <= last
            wallet.add(coupon)
            counts["claims"] += 1
        for _number, store, lines in sorted(baskets.get((household, day), [])):
            eligible = sum(fen for product, fen in lines if product in products[upc, campaign])
            discount = min(eligible // 10, 500)
            if discount:
                used.add(coupon)
                counts["redeemed"] += 1
                pair = pairs.setdefault((campaign, store), [0, 0, 0])
                pair[0] += 1
                pair[1] += discount
                pair[2] += discount // 2
                break
        else:
            counts["no_items"] += 1

    lines = [(*place, *sums) for place, sums in sorted(pairs.items())]
    text = "".join(",".join(str(number) for number in line) + "\n" for line in lines)
    discount, merchant = sum(line[3] for line in lines), sum(line[4] for line in lines)
    return {
        "rows": len(redemptions),
        "claims": counts["claims"],
        "redeemed": counts["redeemed"],
        "refused_limit": counts["limit"],
        "refused_no_eligible_items": counts["no_items"],
        "discount_fen": discount,
        "merchant_fen": merchant,
        "operator_fen": discount - merchant,
        "campaign_store_pairs": len(lines),
        "redemptions_digest": hashlib.sha256(text.encode()).hexdigest(),
    }


def read_baskets(folder):
    """By household and day the baskets as (number, store, [(product, fen)])."""
    found = {}
    for row in rows(folder / "transactions.csv.gz"):
        basket = found.setdefault(
            int(row["basket_id"]),
            {"household": int(row["household_id"]), "store": int(row["store_id"]), "lines": []},
        )
        at = row["transaction_timestamp"]
        basket["at"] = min(at, basket.get("at", at))
        fen = fen_of(row["sales_value"])
        if fen > 0:
            basket["lines"].append((row["product_id"], fen))
    by_day = {}
    for number, basket in found.items():
        place = (basket["household"], basket["at"][:10])
        by_day.setdefault(place, []).append((number, basket["store"], basket["lines"]))
    return by_day


def fen_of(text):
    whole, _point, fraction = text.partition(".")
    return int(whole) * CENTS + int((fraction + "00")[:2])


def rows(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
