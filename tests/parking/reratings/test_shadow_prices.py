"""Shadow prices: real stays by a draft, next to what they cost, and the report that the publisher sees."""

import pytest
from django.db import DatabaseError, transaction

from parking import services as parking
from parking.errors import TariffVersionPublished
from parking.models import ShadowReport, Stay
from parking.queries import shadow_prices as shadow
from parking.queries.shadow_prices import shadow_prices
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import signed_in
from tests.factories.loyalty import fresh_key
from tests.factories.merchants import make_clerk
from tests.factories.tariffs import make_tariff, make_tariff_draft
from tests.parking.reratings.charging_steps import CAP, make_charging_car_park

SCREEN = "/admin/parking/tariffversion/"
# A day costs ten yuan at most, and a quarter of an hour is not free any more.
CAPPED = CAP | {"grace": None}


@pytest.fixture
def stays(charging):
    """10.00, 18.00 and 0.00 yuan; eight days ago 6.00; one that stands there for an hour: 6.00."""
    return [
        charging.stay("浙A10001", "11:01", 61),
        charging.stay("浙A10002", "12:10", 130),
        charging.stay("浙A10003", "09:10", 10),
        charging.stay("浙A10004", "11:00", 60, days_ago=8),
        charging.open_stay("浙A10005", 60),
    ]


@pytest.fixture
def draft(charging):
    return make_tariff_draft(charging.tariff, **CAPPED)


def test_sums_and_the_largest_differences(stays, draft, noon):
    make_charging_car_park().stay("浙A10001", "12:10", 130)

    prices = shadow_prices(draft, days=7, at=noon)

    assert (prices.stays, prices.open_stays, prices.unpriced, prices.is_cut) == (4, 1, 0, False)
    assert (prices.before_fen, prices.after_fen) == (3400, 2900)
    assert (prices.dearer, prices.dearer_by_fen) == (1, 300)
    assert (prices.cheaper, prices.cheaper_by_fen) == (1, 800)
    assert [(price.stay, price.difference_fen) for price in prices.largest] == [
        (stays[1].public_id, -800),
        (stays[2].public_id, 300),
    ]
    assert shadow_prices(draft, days=9, at=noon).stays == 5


def test_stays_that_nothing_priced_are_counted_by_themselves(stays, draft, noon):
    Stay.objects.filter(pk=stays[0].pk).update(tariff_version=None)

    prices = shadow_prices(draft, days=7, at=noon)

    assert (prices.stays, prices.unpriced, prices.before_fen) == (3, 1, 2400)


def test_of_too_many_the_newest_are_priced(stays, draft, noon, monkeypatch):
    monkeypatch.setattr(shadow, "MOST_SHADOW_STAYS", 2)

    prices = shadow_prices(draft, days=7, at=noon)

    assert (prices.stays, prices.is_cut, prices.open_stays) == (2, True, 1)


def test_prices_are_read_in_two_queries(stays, draft, noon, django_assert_num_queries):
    with django_assert_num_queries(2):
        shadow_prices(draft, days=60, at=noon)


def test_a_report_is_kept_once_and_stands(stays, draft):
    key = fresh_key()
    report = parking.save_shadow_report(draft=draft, days=7, by=None, key=key)

    assert parking.save_shadow_report(draft=draft, days=7, by=None, key=key) == report
    assert (report.sha256, report.stays, report.after_fen) == (draft.sha256, 4, 2900)
    with pytest.raises(DatabaseError), transaction.atomic():
        ShadowReport.objects.update(after_fen=0, before_fen=500)
    published = parking.publish_tariff_version(version=draft, start=None, by=None)
    with pytest.raises(TariffVersionPublished):
        parking.save_shadow_report(draft=published, days=7, by=None, key=fresh_key())


def test_a_manager_looks_saves_and_the_owner_sees_it_before_publishing(charging, stays, draft):
    manager = signed_in(make_clerk(merchant=charging.merchant, role="manager").user)
    owner = signed_in(make_clerk(merchant=charging.merchant, role="owner").user)
    address = f"{SCREEN}{draft.pk}/shadow/"

    looked_at = act(manager, address, days="7")
    assert "-¥8.00" in text_of(looked_at)
    assert not ShadowReport.objects.exists()
    saved = act(manager, address, days="7", seen=looked_at.context["mark"])
    assert saved.status_code == 302

    for page in (
        owner.get(f"{SCREEN}{draft.pk}/change/"),
        owner.get(f"{SCREEN}{draft.pk}/publish/"),
    ):
        text = text_of(page)
        assert "¥34.00" in text
        assert "¥29.00" in text
        assert stays[1].public_id in text
        assert "草稿此后已修改" not in text
    make_tariff_draft(charging.tariff, **CAP)
    assert "草稿此后已修改" in text_of(owner.get(f"{SCREEN}{draft.pk}/publish/"))


def test_nothing_to_compare_is_said(noon):
    draft = make_tariff_draft(make_tariff())
    owner = signed_in(make_clerk(merchant=draft.tariff.merchant, role="owner").user)

    page = act(owner, f"{SCREEN}{draft.pk}/shadow/", days="7")

    assert "没有一次停车的费用会改变" in text_of(page)
