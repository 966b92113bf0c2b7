"""A small completejourney of the tests' own, with everything the rules of coupons speak of."""

import csv
import gzip
import io
import random
from datetime import date, timedelta

HOUSEHOLDS, STORES, DAYS = 3, 4, 12
BEGIN = date(2017, 3, 1)
CAMPAIGNS = (3, 11)
COUPONS = (10_000_050, 10_000_089, 51_111_030)
PRODUCTS = range(900, 930)


def write_coupons(folder, households=HOUSEHOLDS):
    """Households that ask for coupons again and again, on days with a basket and without one."""
    chance = random.Random(20170301)
    numbers = [7 + 9 * turn for turn in range(households)]
    last = BEGIN + timedelta(days=DAYS - 1)
    folder.mkdir(parents=True, exist_ok=True)
    write(
        folder / "campaign_descriptions.csv",
        ("campaign_id", "campaign_type", "start_date", "end_date"),
        [(campaign, "Type B", BEGIN, last) for campaign in CAMPAIGNS],
    )
    write(
        folder / "campaigns.csv",
        ("campaign_id", "household_id"),
        # One household that nothing is asked for received them, too.
        [(campaign, number) for campaign in CAMPAIGNS for number in [*numbers, 5]],
    )
    write(
        folder / "coupons.csv.gz",
        ("coupon_upc", "product_id", "campaign_id"),
        [
            (coupon, product, campaign)
            for coupon in COUPONS
            for campaign in CAMPAIGNS
            for product in chance.sample(PRODUCTS, 6)
        ],
    )
    write(
        folder / "coupon_redemptions.csv",
        ("household_id", "coupon_upc", "campaign_id", "redemption_date"),
        [
            (number, coupon, campaign, day)
            for number in numbers
            for coupon in COUPONS
            for campaign in CAMPAIGNS
            # The first and the last day are days of the campaign.
            for day in {BEGIN, last, BEGIN + timedelta(days=chance.randrange(DAYS))}
        ],
    )
    write(folder / "transactions.csv.gz", LINE, list(_lines(chance, numbers)))
    return folder


LINE = (
    "household_id",
    "store_id",
    "basket_id",
    "product_id",
    "sales_value",
    "transaction_timestamp",
)


def _lines(chance, households):
    basket = 9_990
    for number in households:
        for day in range(DAYS):
            for _basket in range(chance.choice([0, 1, 1, 3])):
                basket += chance.randint(1, 7)
                store = 400 + chance.randrange(STORES)
                at = f"{BEGIN + timedelta(days=day)}T{chance.randint(0, 23):02}:59:59"
                for _line in range(chance.randint(1, 7)):
                    # Nothing, too little for a discount, a usual price, and one above the cap.
                    value = chance.choice(["0.0", "-1.5", "0.04", "0.09", "1.99", "12.5", "77.77"])
                    yield number, store, basket, chance.choice(PRODUCTS), value, at


def write(path, columns, lines):
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\n")
    table.writerows([columns, *lines])
    content = buffer.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
