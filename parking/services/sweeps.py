"""Going through the rows that are due: one that fails, or has nothing to do yet, keeps no other one waiting."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, QuerySet

logger = logging.getLogger("district.parking")
_AT_ONCE = 200
R = TypeVar("R", bound=Model)


def sweep(rows: QuerySet[R], act: Callable[[R], bool], limit: int) -> int:
    """Act on the rows that are due, by their numbers, until `limit` of them changed or there are no more; how many changed.

    `act` is a transaction of its own which asks anew under its locks, and says whether it changed anything. What
    it raises is logged, and the next row's turn comes.
    """
    count, last = 0, 0
    while count < limit and (found := list(rows.filter(pk__gt=last).order_by("pk")[:_AT_ONCE])):
        for row in found:
            last = row.pk
            try:
                count += act(row)
            except Exception:
                # It is tried again with the next sweep; whoever reads the log mends it.
                logger.exception("sweep", extra={"table": row._meta.db_table, "row": row.pk})
            if count >= limit:
                break
    return count
