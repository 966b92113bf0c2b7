"""The kinds of benefit, one module each. A new kind is a module and a line of `BENEFITS`."""

from dataclasses import asdict
from typing import Any

from coupons.engine.benefits.base import AppliesTo, Benefit, LargePrint, Stay, StayDiscount
from coupons.engine.benefits.cash_off import CashOff
from coupons.engine.benefits.gift import Gift
from coupons.engine.benefits.parking import FreeParking
from coupons.engine.benefits.percent_off import PercentOff

__all__ = [
    "BENEFITS",
    "KINDS",
    "AppliesTo",
    "Benefit",
    "CashOff",
    "FreeParking",
    "Gift",
    "LargePrint",
    "PercentOff",
    "Stay",
    "StayDiscount",
    "benefit_document",
    "benefit_of",
    "benefit_of_row",
    "kinds_for",
]

BENEFITS: tuple[type[Benefit], ...] = (
    CashOff,
    PercentOff,
    Gift,
    FreeParking,
)
KINDS: dict[str, type[Benefit]] = {benefit.kind: benefit for benefit in BENEFITS}


def kinds_for(what: AppliesTo) -> list[str]:
    """The kinds that may be used on a bill, or on a stay."""
    return [benefit.kind for benefit in BENEFITS if what in benefit.applies_to]


def benefit_of(document: dict[str, Any]) -> Benefit:
    """From plain JSON: the `kind`, and the fields of that kind by their names."""
    fields = dict(document)
    return _build_benefit(fields.pop("kind"), fields)


def benefit_document(benefit: Benefit) -> dict[str, Any]:
    """What `benefit_of` reads."""
    fields: Any = benefit
    return {"kind": benefit.kind, **asdict(fields)}


def benefit_of_row(row: Any) -> Benefit:
    """From the columns of a template version, which need not be stored."""
    columns = KINDS[row.kind].columns
    fields = {field: getattr(row, column) for field, column in columns.items()}
    return _build_benefit(row.kind, fields | {"threshold_fen": row.threshold_fen})


def _build_benefit(kind: str, fields: dict[str, Any]) -> Benefit:
    make: Any = KINDS[kind]
    benefit: Benefit = make(**fields)
    return benefit
