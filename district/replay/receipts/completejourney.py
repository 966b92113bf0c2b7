"""The format `completejourney`: household baskets of one year, and the rules of their replay."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from district.replay.errors import UnreadableData
from district.replay.receipts.dataset import DataSet, Event, ReceiptEvent, SpendingEvent
from district.replay.receipts.tables import hundredths, join_lines, read_rows, shanghai_time

NAME = "completejourney"
TABLE = "transactions"
COLUMNS = (
    "household_id",
    "store_id",
    "basket_id",
    "sales_value",
    "coupon_disc",
    "transaction_timestamp",
)
SPENDS_EVERY = 5
SPENDS_ONE_IN = 2


@dataclass(slots=True)
class BasketTotal:
    """What the lines of one basket add up to."""

    number: int
    household: int
    store: int
    paid_fen: int
    at: datetime


def read(table: Path) -> DataSet:
    """Every household's baskets, with the spendings the contract puts between them.

    Raises UnreadableData.
    """
    of_household: defaultdict[int, list[BasketTotal]] = defaultdict(list)
    for basket in _baskets(table):
        of_household[basket.household].append(basket)
    if not of_household:
        raise UnreadableData(_("{table} 中没有购物记录。").format(table=table))
    journeys = {
        household: tuple(_journey(sorted(baskets, key=lambda b: (b.at, b.number))))
        for household, baskets in sorted(of_household.items())
    }
    return DataSet(NAME, journeys)


def _baskets(table: Path) -> list[BasketTotal]:
    return list(join_lines(read_rows(table, COLUMNS, _parse), _add_paid).values())


def _add_paid(basket: BasketTotal, line: BasketTotal) -> None:
    basket.paid_fen += line.paid_fen


def _parse(row: list[str]) -> BasketTotal:
    household, store, number, sales_value, coupon_disc, at = row
    return BasketTotal(
        number=int(number),
        household=int(household),
        store=int(store),
        paid_fen=hundredths(sales_value) - hundredths(coupon_disc),
        at=shanghai_time(at),
    )


def _journey(baskets: Sequence[BasketTotal]) -> Iterator[Event]:
    """A household's events: each basket's receipt, and half the balance spent after every fifth."""
    store_now, store_before = None, None
    for turn, basket in enumerate(baskets, start=1):
        if basket.store != store_now:
            store_now, store_before = basket.store, store_now
        number = str(basket.number)
        yield ReceiptEvent(number, basket.store, basket.at, max(basket.paid_fen, 0))
        if turn % SPENDS_EVERY == 0 and store_before is not None:
            yield SpendingEvent(number, store_before, basket.at, SPENDS_ONE_IN)
