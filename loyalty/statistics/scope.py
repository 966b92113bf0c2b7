"""Whose figures are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class StatisticsScope:
    """Whose figures: a merchant's, perhaps of some stores only; or with neither everybody's."""

    merchant: int | None = None
    stores: Sequence[int] | None = None

    def restrict(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of this scope."""
        if self.merchant is not None:
            rows = rows.filter(merchant=self.merchant)
        return rows if self.stores is None else rows.filter(store__in=self.stores)

    @property
    def terms(self) -> dict[str, Any]:
        """For queries in SQL, where no value means everybody's."""
        return {
            "merchant": self.merchant,
            "stores": None if self.stores is None else list(self.stores),
        }
