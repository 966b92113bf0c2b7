"""What must hold between the parts of a tariff, so that nothing is priced by accident."""

from collections.abc import Sequence
from itertools import pairwise

from parking.tariff.reader import TariffReader
from parking.tariff.rules import DAY_MINUTES, Band, DayTable, FeeCaps, Tier


def band_minutes(band: Band) -> int:
    """How long it is; one that starts and ends at the same time is a whole day."""
    return (band.end - band.start - 1) % DAY_MINUTES + 1


def check_band_order(bands: Sequence[Band], reader: TariffReader) -> None:
    """The bands cover the day, each minute once; their names differ."""
    _check_names([band.name for band in bands], "bands", reader)
    placed = sorted(enumerate(bands), key=lambda numbered: (numbered[1].start, numbered[0]))
    if not placed:
        return
    # Around the clock: the first again after the last.
    around = [*placed, (placed[0][0], None)]
    for (index, band), (next_index, next_band) in pairwise(around):
        assert band is not None
        next_start = next_band.start if next_band else placed[0][1].start + DAY_MINUTES
        end = band.start + band_minutes(band)
        if end > next_start:
            reader.refuse(f"bands[{index}]", "overlaps", f"bands[{next_index}]")
        elif end < next_start:
            reader.refuse("bands", "not_covered", f"{_clock(end)}–{_clock(next_start)}")


def check_tiers(tiers: Sequence[Tier], reader: TariffReader) -> None:
    """Each tier ends later than the one before; the last has no end."""
    for index, (tier, following) in enumerate(pairwise(tiers)):
        if tier.until_minutes is None:
            reader.refuse(f"tiers[{index}].until_minutes", "missing")
        elif following.until_minutes is not None and following.until_minutes <= tier.until_minutes:
            reader.refuse(f"tiers[{index + 1}].until_minutes", "not_ascending")
    if tiers and tiers[-1].until_minutes is not None:
        reader.refuse(f"tiers[{len(tiers) - 1}].until_minutes", "last_tier_has_no_end")


def check_tables(tables: Sequence[DayTable], reader: TariffReader) -> None:
    """All days are in a table: the last is for those that are in no other, and only the last."""
    _check_names([table.name for table in tables], "tables", reader)
    for index, table in enumerate(tables):
        is_last = index == len(tables) - 1
        if is_last and table.days is not None:
            reader.refuse(f"tables[{index}].days", "last_table_is_for_all_other_days")
        elif not is_last and table.days is None:
            reader.refuse(f"tables[{index}].days", "only_the_last_table_is_for_all_days")


def check_caps(caps: FeeCaps, tables: Sequence[DayTable], reader: TariffReader) -> None:
    """No cap is below the price of a unit, and none of a long time below that of a short one."""
    longer = {
        "caps.day_fen": caps.day_fen,
        "caps.rolling_24h_fen": caps.rolling_24h_fen,
        "caps.visit_fen": caps.visit_fen,
    }
    for table_index, table in enumerate(tables):
        for band_index, band in enumerate(table.bands):
            path = f"tables[{table_index}].bands[{band_index}]"
            dearest = max((tier.price_fen for tier in band.tiers), default=band.flat_fen or 0)
            if band.cap_fen is not None and band.cap_fen < dearest:
                reader.refuse(f"{path}.cap_fen", "cap_below_unit_price", str(dearest))
            for name, cap in longer.items():
                if cap is not None and cap < max(dearest, band.cap_fen or 0):
                    code = "cap_below_unit_price" if cap < dearest else "cap_below_shorter_cap"
                    reader.refuse(name, code, path)
    if caps.visit_fen is not None:
        for name in ("day_fen", "rolling_24h_fen"):
            if caps.visit_fen < (getattr(caps, name) or 0):
                reader.refuse("caps.visit_fen", "cap_below_shorter_cap", f"caps.{name}")


def _check_names(names: Sequence[str], key: str, reader: TariffReader) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            reader.refuse(f"{key}[{index}].name", "name_twice", name)


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
