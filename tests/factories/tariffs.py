"""Tariffs of operators of car parks."""

from itertools import count

from district.merchants.models import Merchant
from parking import services as parking
from parking.models import Tariff, TariffVersion
from parking.tariff.examples import published_tariffs
from tests.factories.loyalty import fresh_key
from tests.factories.merchants import make_merchant

_numbers = count(1)


def make_tariff(merchant: Merchant | None = None, name: str = "") -> Tariff:
    return parking.create_tariff(
        merchant=merchant or make_merchant(),
        name=name or f"收费标准 {next(_numbers)}",
        by=None,
        key=fresh_key(),
    )


def make_tariff_draft(tariff: Tariff | None = None, **changes: object) -> TariffVersion:
    """Chongqing's key areas, with these members changed."""
    document = published_tariffs()["chongqing_key_area"].document | changes
    return parking.save_tariff_draft(tariff=tariff or make_tariff(), document=document, by=None)


def make_tariff_version(
    tariff: Tariff | None = None, start=None, **changes: object
) -> TariffVersion:
    """The same, published from `start` on."""
    draft = make_tariff_draft(tariff, **changes)
    return parking.publish_tariff_version(version=draft, start=start, by=None)
