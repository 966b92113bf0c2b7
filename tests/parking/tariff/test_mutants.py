"""An engine with one mistake in it is told from the right one by the oracle: each mutant prices something wrong."""

import importlib
import sys
from pathlib import Path
from random import Random

import pytest

import parking.tariff
from parking.tariff.document import read_tariff
from parking.tariff.pricing import price
from tests.parking.tariff.random_tariffs import class_of
from tests.parking.tariff.test_properties import draw_stay

SOURCE = Path(parking.tariff.__file__).parent
STAYS = 1200
MUTANTS = [
    ("schedule", "fen * bp2 + whole // 2", "fen * bp2"),
    ("schedule", "if scaler.scales_caps else UNSCALED_BP", "if not scaler.scales_caps else UNSCALED_BP"),
    ("schedule", "priced, is_remainder=True", "priced, is_remainder=False"),
    ("schedule", "caps = vehicle_rule.caps or rules.caps", "caps = rules.caps"),
    ("rules", "self.first <= month_day <= self.last", "self.first <= month_day < self.last"),
    ("timeline", "is_remainder and band.identity == identity", "is_remainder"),
    ("timeline", "if is_per_band:\n                position = start", "if True:\n                position = start"),
    ("timeline", "if elapsed < until:", "if elapsed + 15 < until:"),
    ("timeline", "stop = min(end, window_end, position + until - elapsed)", "stop = min(end, window_end)"),
    ("timeline", "stop = min(end, window_end, position + until - elapsed)", "stop = min(end, position + until - elapsed)"),
    ("timeline", "clock += 0 if is_free else end - start", "clock += end - start"),
    ("timeline", "is_flat_paid = band.identity in flats_of_visit", "is_flat_paid = False"),
    ("timeline", "(not days.classes or day_class in days.classes) and (", "(not days.classes or day_class in days.classes) or ("),
    ("timeline", "tier_clock is TierClock.DAY", "tier_clock is not TierClock.VISIT"),
    ("charging", "begun = min(units, -((start - leave) // unit))", "begun = min(units, (leave - start) // unit + 1)"),
    ("charging", "left = min(band_left, day_left, window_left, visit_left)", "left = min(band_left, day_left, window_left)"),
    ("charging", "visit_left -= net", "visit_left -= full"),
    ("charging", "if day != in_day:", "if in_day < 0:"),
    ("charging", "if occurrence != in_occurrence:", "if in_occurrence < 0:"),
    ("charging", "if window != in_window:", "if in_window < 0:"),
    ("charging", "min(price, left)\n", "price\n"),
    ("pricing", "entry = -int(-entered_at.timestamp() // 60)", "entry = int(entered_at.timestamp() // 60)"),
    ("pricing", "(grace.limit is GraceLimit.FREE)", "(grace.limit is GraceLimit.CHARGED)"),
    ("pricing", "begin += schedule.electric_minutes", "begin = entry + schedule.electric_minutes"),
    ("pricing", "at_end if at_end.gross_fen < at_start.gross_fen", "at_end if at_end.gross_fen > at_start.gross_fen"),
    ("pricing", "paid_from = stay.paid_from + first + last", "paid_from = stay.paid_from"),
    ("pricing", "charge.next_exit + last,\n        charge", "charge.next_exit,\n        charge"),
    ("pricing", "max(at_start.free_until, at_end.free_until)", "min(at_start.free_until, at_end.free_until)"),
    ("pricing", "next_exit = max(", "next_exit = min("),
    ("pricing", "grace.scope is GraceScope.DAY", "grace.scope is GraceScope.VISIT"),
    ("pricing", "local.hour * 60 + local.minute < schedule.day_start", "local.hour * 60 + local.minute > schedule.day_start"),
]  # fmt: skip


def answers(read, price_stay, values, stays):
    """What an engine says of each stay, told apart by fee, next change and end of the free time."""
    for document, stay in stays:
        context = values.StayContext(
            is_electric=stay.context.is_electric,
            credit_minutes=stay.context.credit_minutes,
            grace_used=stay.context.grace_used,
        )
        vehicle = values.VehicleClass(stay.vehicle.value)
        quote = price_stay(read(document), class_of, vehicle, stay.entry, stay.leave, context)
        yield quote.gross_fen, quote.next_change_at, quote.next_gross_fen, quote.free_until


@pytest.fixture(scope="module")
def stays():
    rng = Random(7)
    drawn = [draw_stay(rng, most_days=3) for _ in range(STAYS)]
    return [(stay.oracle_of.document, stay) for stay in drawn]


@pytest.fixture(scope="module")
def right_answers(stays):
    """The engine's own: that it says what the oracle says of such stays, `test_properties` holds."""
    return list(answers(read_tariff, price, parking.tariff.values, stays))


@pytest.mark.parametrize(("module", "right", "wrong"), MUTANTS)
def test_a_mistake_in_the_engine_shows(
    module, right, wrong, tmp_path, monkeypatch, stays, right_answers
):
    name = f"mutant_{MUTANTS.index((module, right, wrong))}"
    folder = tmp_path / name
    folder.mkdir()
    for path in SOURCE.glob("*.py"):
        text = path.read_text()
        if path.stem == module:
            assert text.count(right) == 1
            text = text.replace(right, wrong)
        (folder / path.name).write_text(text.replace("parking.tariff", name))
    monkeypatch.syspath_prepend(tmp_path)
    try:
        mutant = {
            part: importlib.import_module(f"{name}.{part}")
            for part in ("document", "pricing", "values")
        }
        pairs = zip(
            answers(
                mutant["document"].read_tariff, mutant["pricing"].price, mutant["values"], stays
            ),
            right_answers,
            strict=True,
        )
        assert any(found != expected for found, expected in pairs)
    finally:
        for loaded in [loaded for loaded in sys.modules if loaded.split(".")[0] == name]:
            del sys.modules[loaded]
