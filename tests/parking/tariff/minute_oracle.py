"""What stays cost, counted minute by minute from the document alone: it shares no code with the engine.

A meter runs: each minute it looks which table and band the clock is in, whether something begins anew,
and whether the car is still covered by what it has begun. It is slow, and plain enough to be believed.
It knows zones that never change their clocks.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
UNLIMITED = 10**15


class MinuteOracle:
    """A document for one vehicle class; `fees` are those of a stay that begins at an instant."""

    def __init__(
        self,
        document: dict[str, Any],
        class_of: Callable[[date], str],
        vehicle: str = "small",
        *,
        electric: bool = False,
        grace_used: bool = False,
    ) -> None:
        self.document = document
        self.class_of = class_of
        self.zone = ZoneInfo(document["timezone"])
        self.day_start = self._minutes(document["day_start"])
        rule = (document.get("vehicles") or {}).get(vehicle) or {}
        self.is_free = rule.get("free") is not None
        self.tables = rule.get("tables") or document["tables"]
        self.caps = rule.get("caps") or document.get("caps") or {}
        self.prices, self.cap_factors = [], []
        electric_rule = (document.get("electric") or {}) if electric else {}
        for scale in (rule, electric_rule):
            if scale.get("multiplier_bp"):
                self.prices.append(scale["multiplier_bp"])
                if scale["scales_caps"]:
                    self.cap_factors.append(scale["multiplier_bp"])
        self.first_free = electric_rule.get("free_minutes", 0)
        self.free_within = -1
        grace = document.get("grace")
        if grace and not (grace["scope"] == "day" and grace_used):
            if grace["mode"] == "deduct":
                self.first_free += grace["minutes"]
            else:
                self.free_within = grace["minutes"] - (grace["limit"] == "charged")

    def fee(self, entered_at: datetime, left_at: datetime, credit: int = 0) -> int:
        entry = entered_at.replace(second=0, microsecond=0)
        if entry < entered_at:
            entry += MINUTE
        minutes: int = max(0, (left_at - entry) // MINUTE)
        return self.fees(entry, minutes, credit)[minutes]

    def fees(self, entry: datetime, minutes: int, credit: int = 0) -> list[int]:
        """The fee of each stay from 0 to so many minutes."""
        if self.is_free:
            return [0] * (minutes + 1)
        whole = self._metered(entry, minutes, self.first_free)
        if not credit:
            placements = [whole]
        else:
            shifted = [0] * credit + whole
            placements = [self._metered(entry, minutes, self.first_free + credit), shifted]
        return [
            0 if length - credit <= self.free_within else min(fees[length] for fees in placements)
            for length in range(minutes + 1)
        ]

    def _metered(  # noqa: PLR0912
        self, entry: datetime, minutes: int, free_minutes: int
    ) -> list[int]:
        document, caps = self.document, self.caps
        total, fees = 0, [0]
        band_before: Any = None
        day_before: Any = None
        covered_until = -1
        chargeable = 0
        flat_paid_for: list[Any] = []
        band_spent = day_spent = window_spent = 0
        flat_paid = False
        start = entry.astimezone(self.zone).replace(tzinfo=None)
        for minute in range(minutes):
            if minute and minute % 1440 == 0:
                window_spent = 0
            if minute < free_minutes:
                fees.append(0)
                continue
            clock = start + minute * MINUTE
            day = (clock - self.day_start * MINUTE).date()
            if day != day_before:
                table = self._table(day)
                day_spent = 0
                if document["tier_clock"] == "day":
                    chargeable = 0
            of_day = clock.hour * 60 + clock.minute
            band = self._band(table, of_day)
            begins = band != band_before or of_day == self._minutes(band["start"]) % 1440
            if begins:
                band_spent = 0
                flat_paid = band in flat_paid_for
                if document["rounding"] == "per_band":
                    covered_until = minute
                if document["tier_clock"] == "band":
                    chargeable = 0
            price = 0
            if band.get("flat_fen") is not None:
                if minute >= covered_until and not flat_paid:
                    flat_paid = True
                    price = self._scaled(band["flat_fen"], self.prices)
                    if band["flat_scope"] == "visit":
                        flat_paid_for.append(band)
                chargeable += 1
            elif band.get("tiers"):
                if minute >= covered_until:
                    tier = self._tier(band["tiers"], chargeable)
                    covered_until = minute + tier["unit_minutes"]
                    price = self._scaled(tier["price_fen"], self.prices)
                chargeable += 1
            price = max(
                0,
                min(
                    price,
                    self._cap(band.get("cap_fen")) - band_spent,
                    self._cap(caps.get("day_fen")) - day_spent,
                    self._cap(caps.get("rolling_24h_fen")) - window_spent,
                    self._cap(caps.get("visit_fen")) - total,
                ),
            )
            band_spent, day_spent, window_spent = (
                band_spent + price, day_spent + price, window_spent + price,
            )  # fmt: skip
            total += price
            fees.append(total)
            band_before, day_before = band, day
        return fees

    def _table(self, day: date) -> Any:
        for table in self.tables:
            days = table.get("days") or {}
            if days.get("classes") and self.class_of(day) not in days["classes"]:
                continue
            month_day = day.strftime("%m-%d")
            if days.get("seasons") and not any(
                first <= month_day <= last
                if first <= last
                else month_day >= first or month_day <= last
                for first, last in days["seasons"]
            ):
                continue
            return table
        raise AssertionError("no table")

    def _band(self, table: Any, of_day: int) -> Any:
        for band in table["bands"]:
            start, end = self._minutes(band["start"]) % 1440, self._minutes(band["end"])
            if start < end and start <= of_day < end:
                return band
            if start >= end and (of_day >= start or of_day < end):
                return band
        raise AssertionError("no band")

    @staticmethod
    def _tier(tiers: list[Any], chargeable: int) -> Any:
        for tier in tiers:
            if tier.get("until_minutes") is None or chargeable < tier["until_minutes"]:
                return tier
        raise AssertionError("no tier")

    def _cap(self, fen: int | None) -> int:
        return UNLIMITED if fen is None else self._scaled(fen, self.cap_factors)

    @staticmethod
    def _scaled(fen: int, factors: list[int]) -> int:
        whole: int = 10_000 ** len(factors)
        for factor in factors:
            fen *= factor
        return (2 * fen + whole) // (2 * whole)

    @staticmethod
    def _minutes(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])
