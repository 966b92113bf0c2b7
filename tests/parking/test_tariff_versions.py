"""Tariffs: a draft is written until it is published; what is published stands, one version at a time."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from district.kernel.models import AuditLine
from parking import services as parking
from parking.errors import (
    TariffDocumentInvalid,
    TariffNameTaken,
    TariffStartInPast,
    TariffVersionFollows,
    TariffVersionInForce,
    TariffVersionPublished,
)
from parking.models import TariffVersion
from parking.queries.tariffs import draft_of_tariff, quote_stay, rules_of, tariff_version_at
from parking.tariff.examples import published_tariffs
from parking.tariff.values import VehicleClass
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_operator
from tests.factories.merchants import make_merchant
from tests.factories.tariffs import make_tariff, make_tariff_draft, make_tariff_version

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
State = TariffVersion.State


def periods(tariff):
    return [
        (
            version.number,
            version.state,
            version.valid and (version.valid.lower, version.valid.upper),
        )
        for version in tariff.versions.order_by("number")
    ]


def test_a_name_is_an_operators_own():
    merchant = make_merchant()
    key = fresh_key()
    first = parking.create_tariff(merchant=merchant, name="小型车", by=None, key=key)

    assert parking.create_tariff(merchant=merchant, name="小型车", by=None, key=key) == first
    with pytest.raises(TariffNameTaken):
        parking.create_tariff(merchant=merchant, name="小型车", by=None, key=fresh_key())
    assert make_tariff(make_merchant(), "小型车") != first


def test_a_draft_is_written_in_place_until_it_is_published():
    tariff, operator = make_tariff(), make_operator()
    document = published_tariffs()["mall_24h_cap"].document

    draft = parking.save_tariff_draft(tariff=tariff, document=document, by=operator)
    lines = AuditLine.objects.filter(verb="save_tariff_draft")
    assert parking.save_tariff_draft(tariff=tariff, document=document, by=operator) == draft
    assert lines.count() == 1
    changed = parking.save_tariff_draft(
        tariff=tariff, document=document | {"caps": {"rolling_24h_fen": 8000}}, by=operator
    )

    assert (changed.pk, changed.number, lines.count()) == (draft.pk, 1, 2)
    assert changed.sha256 != draft.sha256 == rules_of(draft).sha256
    assert draft_of_tariff(tariff) == changed
    assert tariff_version_at(tariff, clock.now()) is None


def test_a_wrong_document_is_refused_with_its_faults():
    document = published_tariffs()["mall_24h_cap"].document | {
        "rounding": "up",
        "caps": {"day_fen": 1},
    }

    with pytest.raises(TariffDocumentInvalid) as refused:
        parking.save_tariff_draft(tariff=make_tariff(), document=document, by=None)

    assert "rounding: not_one_of" in str(refused.value.detail)
    assert "caps.day_fen: cap_below_unit_price" in str(refused.value.detail)
    assert not TariffVersion.objects.exists()


def test_a_new_version_ends_the_one_before():
    tariff, now = make_tariff(), clock.now()
    first = make_tariff_version(tariff)
    second = make_tariff_version(tariff, now + DAY, tier_clock="day")

    assert periods(tariff) == [
        (1, State.PUBLISHED, (first.valid.lower, now + DAY)),
        (2, State.PUBLISHED, (now + DAY, None)),
    ]
    assert tariff_version_at(tariff, now + DAY - timedelta(microseconds=1)) == first
    assert tariff_version_at(tariff, now + DAY) == second
    assert tariff_version_at(tariff, first.valid.lower - timedelta(seconds=1)) is None


def test_publishing_again_changes_nothing_and_another_start_is_refused():
    start = clock.now() + DAY
    version = make_tariff_version(start=start)

    assert parking.publish_tariff_version(version=version, start=start, by=None) == version
    for other in (None, start + DAY):
        with pytest.raises(TariffVersionPublished):
            parking.publish_tariff_version(version=version, start=other, by=None)


def test_nothing_is_published_into_the_past_or_before_a_later_version():
    tariff = make_tariff()
    make_tariff_version(tariff, clock.now() + 2 * DAY)
    draft = make_tariff_draft(tariff, tier_clock="band")

    with pytest.raises(TariffStartInPast):
        parking.publish_tariff_version(version=draft, start=clock.now() - DAY, by=None)
    for start in (None, clock.now() + DAY):
        with pytest.raises(TariffVersionFollows):
            parking.publish_tariff_version(version=draft, start=start, by=None)


def test_a_withdrawn_version_gives_its_time_back():
    tariff, now = make_tariff(), clock.now()
    first = make_tariff_version(tariff)
    second = make_tariff_version(tariff, now + DAY, tier_clock="day")

    withdrawn = parking.withdraw_tariff_version(version=second, by=None)

    assert parking.withdraw_tariff_version(version=second, by=None) == withdrawn
    assert periods(tariff)[0] == (1, State.PUBLISHED, (first.valid.lower, None))
    assert tariff_version_at(tariff, now + 2 * DAY) == first
    third = make_tariff_version(tariff, now + DAY, tier_clock="band")
    assert (third.number, tariff_version_at(tariff, now + 2 * DAY)) == (3, third)


def test_what_is_in_force_or_a_draft_is_not_withdrawn():
    for version in (make_tariff_version(), make_tariff_draft()):
        with pytest.raises(TariffVersionInForce):
            parking.withdraw_tariff_version(version=version, by=None)


def test_a_stay_is_priced_with_the_districts_calendar():
    version = make_tariff_version(**published_tariffs()["west_lake"].document)
    national_day = datetime(2026, 10, 1, 10, tzinfo=SHANGHAI)

    quote = quote_stay(
        version=version,
        vehicle=VehicleClass.SMALL,
        entered_at=national_day,
        left_at=national_day + timedelta(minutes=80),
    )

    assert (quote.gross_fen, quote.sha256) == (4500, version.sha256)


@pytest.mark.parametrize(
    "statement",
    [
        "update parking_tariffversion set document = document || ' '",
        "update parking_tariffversion set sha256 = repeat('0', 64)",
        "update parking_tariffversion set published_at = published_at - interval '1 day'",
        "update parking_tariffversion set number = 7",
        "update parking_tariffversion set state = 'draft', valid = null, published_at = null",
        "update parking_tariffversion set valid = tstzrange(lower(valid) - interval '1 day', null)",
        "delete from parking_tariffversion",
        "truncate parking_tariffversion cascade",
    ],
)
def test_a_published_version_stands(statement):
    make_tariff_version()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_two_versions_never_hold_at_one_time():
    tariff = make_tariff()
    first = make_tariff_version(tariff)
    make_tariff_version(tariff, clock.now() + DAY, tier_clock="day")

    with pytest.raises(DatabaseError, match="tariff_versions_one_at_a_time"), transaction.atomic():
        TariffVersion.objects.filter(pk=first.pk).update(valid=(first.valid.lower, None))


def test_a_draft_has_the_digest_of_its_document_and_is_the_only_one():
    draft = make_tariff_draft()

    with pytest.raises(DatabaseError, match="digest_is_of_its_document"), transaction.atomic():
        TariffVersion.objects.filter(pk=draft.pk).update(document="{}")
    draft.pk, draft.public_id, draft.number = None, "trv_00000000000000000000000000", 2
    with pytest.raises(DatabaseError, match="tariff_drafted_once_at_a_time"), transaction.atomic():
        draft.save(force_insert=True)
