import pytest

from district.kernel.models import AuditLine
from district.merchants import services as merchants
from district.merchants.errors import HoursOverlap
from district.merchants.services import Stretch
from tests.factories.merchants import make_hours, make_store

pytestmark = pytest.mark.django_db

NIGHT = Stretch(weekday=4, opens_minute=1080, closes_minute=1560)
LUNCH = Stretch(weekday=4, opens_minute=660, closes_minute=840)


def week_of(store):
    return sorted(store.hours.values_list("weekday", "opens_minute", "closes_minute"))


def test_a_new_week_replaces_the_old_one():
    store = make_store()
    make_hours(store=store)

    merchants.set_opening_hours(store=store, hours=[NIGHT, LUNCH], by=None)

    assert week_of(store) == [LUNCH, NIGHT]
    assert AuditLine.objects.get().facts == {
        "hours": [[4, 660, 840], [4, 1080, 1560]],
        "round_the_clock": False,
    }


def test_the_same_week_again_changes_nothing():
    store = make_store()
    merchants.set_opening_hours(store=store, hours=[NIGHT, LUNCH], by=None)

    merchants.set_opening_hours(store=store, hours=[LUNCH, NIGHT, NIGHT], by=None)

    assert AuditLine.objects.count() == 1


def test_overlapping_hours_are_refused_and_the_old_week_stays():
    store = make_store()
    merchants.set_opening_hours(store=store, hours=[LUNCH], by=None)
    early_on_saturday = Stretch(weekday=5, opens_minute=60, closes_minute=300)

    with pytest.raises(HoursOverlap):
        merchants.set_opening_hours(store=store, hours=[NIGHT, early_on_saturday], by=None)

    assert week_of(store) == [LUNCH]
    assert AuditLine.objects.count() == 1


def test_a_store_may_be_open_round_the_clock():
    store = make_store()

    merchants.set_opening_hours(store=store, hours=[], round_the_clock=True, by=None)

    store.refresh_from_db()
    assert store.round_the_clock
