"""Publishing at the same instant: one start wins, and two drafts are one."""

from datetime import timedelta

from district.kernel import clock
from parking import services as parking
from parking.errors import TariffVersionPublished
from parking.models import TariffVersion
from parking.tariff.examples import published_tariffs
from tests.factories.tariffs import make_tariff, make_tariff_draft
from tests.race import race


def test_a_draft_is_published_from_one_instant(real_db):
    draft = make_tariff_draft()
    starts = [clock.now() + timedelta(days=days) for days in range(1, 5)]

    def publish_from(start):
        return lambda: parking.publish_tariff_version(version=draft, start=start, by=None)

    found = race(*map(publish_from, starts))
    published = [outcome for outcome in found if isinstance(outcome, TariffVersion)]

    assert sum(isinstance(outcome, TariffVersionPublished) for outcome in found) == len(starts) - 1
    assert [version.valid.lower for version in published] == [
        TariffVersion.objects.get().valid.lower
    ]


def test_a_draft_that_two_begin_is_one(real_db):
    tariff = make_tariff()

    def save(key):
        document = published_tariffs()[key].document
        return lambda: parking.save_tariff_draft(tariff=tariff, document=document, by=None)

    race(*map(save, ["mall_24h_cap", "west_lake", "hangzhou_core_zone"]))

    assert TariffVersion.objects.get().number == 1
