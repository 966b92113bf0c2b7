"""Which version of a tariff holds, what it says, and what a stay costs by it."""

import json
from datetime import datetime, timedelta
from functools import lru_cache

from district.calendar.workdays import day_class
from parking.models import CarPark, Tariff, TariffVersion
from parking.tariff.document import read_tariff
from parking.tariff.pricing import price
from parking.tariff.rules import TariffRules
from parking.tariff.values import FeeQuote, StayContext, VehicleClass

# The stay whose price a car park's page tells.
PRICED_STAY = timedelta(hours=2)


def tariff_version_at(tariff: Tariff, at: datetime) -> TariffVersion | None:
    """What prices stays that enter at an instant: the version that holds then, or what corrects it, if any does."""
    versions = tariff.versions.filter(
        state__in=[TariffVersion.State.PUBLISHED, TariffVersion.State.CORRECTION],
        valid__contains=at,
    )
    # A correction has a higher number than what it corrects, and lies within its period.
    return versions.order_by("-number").first()


def draft_of_tariff(tariff: Tariff) -> TariffVersion | None:
    """The draft, of which a tariff has at most one."""
    return tariff.versions.filter(state=TariffVersion.State.DRAFT).first()


def price_from_now(car_park: CarPark, at: datetime) -> FeeQuote | None:
    """What a small car pays that comes at an instant and stays for two hours; None where no version holds."""
    if car_park.tariff is None:
        return None
    # The engine counts whole minutes of the clock.
    at = at.replace(second=0, microsecond=0)
    version = tariff_version_at(car_park.tariff, at)
    if version is None:
        return None
    return quote_stay(
        version=version,
        vehicle=VehicleClass.SMALL,
        entered_at=at,
        left_at=at + PRICED_STAY,
    )


def rules_of(version: TariffVersion) -> TariffRules:
    """The rules of a version, from memory where this process has read them before."""
    return _rules(version.document)


def quote_stay(
    *,
    version: TariffVersion,
    vehicle: VehicleClass,
    entered_at: datetime,
    left_at: datetime,
    context: StayContext | None = None,
) -> FeeQuote:
    """What a stay costs by a version, with the district's calendar. Raises ValueError as `price` does."""
    return price(
        rules_of(version), day_class, vehicle, entered_at, left_at, context or StayContext()
    )


@lru_cache(maxsize=500)
def _rules(document: str) -> TariffRules:
    return read_tariff(json.loads(document))
