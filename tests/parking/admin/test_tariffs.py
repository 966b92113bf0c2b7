"""Tariffs in the back office: forms instead of documents, a table of example stays, roles."""

import json
from datetime import timedelta

import pytest

from district.kernel import clock
from parking.models import TariffVersion
from parking.tariff.canonical import tariff_document
from parking.tariff.document import read_tariff
from parking.tariff.examples import published_tariffs
from tests.admin.action_forms import act, form_values, once_of, text_of
from tests.admin.two_merchants import signed_in
from tests.factories.merchants import make_clerk
from tests.factories.tariffs import make_tariff, make_tariff_draft, make_tariff_version

pytestmark = pytest.mark.django_db

SCREEN = "/admin/parking/tariffversion/"
State = TariffVersion.State


@pytest.fixture
def tariff():
    return make_tariff()


@pytest.fixture
def owner(tariff):
    return signed_in(make_clerk(merchant=tariff.merchant, role="owner").user)


@pytest.fixture
def manager(tariff):
    return signed_in(make_clerk(merchant=tariff.merchant, role="manager").user)


def edit(client, draft, **changes):
    """The form of a draft sent as it stands, but for these fields."""
    address = f"{SCREEN}{draft.pk}/edit/"
    page = client.get(address)
    sent = form_values(page) | {"once": once_of(page)} | changes
    return client.post(address, sent)


def stored(draft):
    return json.loads(TariffVersion.objects.get(pk=draft.pk).document)


def test_a_new_tariff_begins_with_an_example(manager, tariff):
    answer = act(
        manager, f"{SCREEN}add/", name="地面停车", merchant=tariff.merchant_id, example="west_lake"
    )

    draft = TariffVersion.objects.get(tariff__name="地面停车")
    assert answer.status_code == 302
    assert draft.state == State.DRAFT
    assert stored(draft) == tariff_document(read_tariff(published_tariffs()["west_lake"].document))


@pytest.mark.parametrize("key", published_tariffs())
def test_a_form_sent_as_it_stands_is_the_document_it_came_from(manager, tariff, key):
    draft = make_tariff_draft(tariff, **published_tariffs()[key].document)

    assert edit(manager, draft).status_code == 302
    assert TariffVersion.objects.get(pk=draft.pk).sha256 == draft.sha256


def test_fields_are_what_the_document_says(manager, tariff):
    draft = make_tariff_draft(tariff)

    answer = edit(
        manager,
        draft,
        table1_band1_tier2_price_fen="4.50",
        table1_band1_tier3_unit_minutes="60",
        table1_band1_tier3_price_fen="5",
        table1_band1_tier2_until_minutes="180",
        table1_band2_cap_fen="12",
        grace_minutes="30",
        cap_day_fen="60",
        large_way="scaled",
        large_bp="200",
        large_scales_caps="on",
        special_way="free",
    )

    document = stored(draft)
    day, night = document["tables"][0]["bands"]
    assert answer.status_code == 302
    assert [(tier["price_fen"], tier["until_minutes"]) for tier in day["tiers"]] == [
        (300, 60), (450, 180), (500, None),
    ]  # fmt: skip
    assert (night["cap_fen"], document["grace"]["minutes"]) == (1200, 30)
    assert document["caps"]["day_fen"] == 6000
    assert document["vehicles"] == {
        "large": {"multiplier_bp": 20_000, "scales_caps": True},
        "special": {"free": True},
    }


def test_a_table_of_days_is_added_in_the_empty_row(manager, tariff):
    draft = make_tariff_draft(tariff)

    # The first table that fits counts, and the last one is for all other days.
    refused = edit(manager, draft, table2_name="节日", table2_classes=["holiday_major"])
    form = refused.context["form"]

    assert refused.status_code == 422
    assert "只有最后一张表" in str(form.errors["table1_classes"])
    assert form.errors["table2_name"]


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"table1_band1_end": "20:00"}, "table1_name", "20:00–20:30 不在任何时段内"),
        ({"table1_band1_start": "07:00"}, "table1_band2_name", "与另一时段重叠"),
        ({"table1_band1_tier1_unit_minutes": "0"}, "table1_band1_tier1_unit_minutes", "须在 1–1440 之间"),
        ({"table1_band1_tier1_until_minutes": ""}, "table1_band1_tier1_until_minutes", "请填写"),
        ({"table1_band2_cap_fen": "1"}, "table1_band2_cap_fen", "封顶低于"),
        ({"table1_band2_way": "flat"}, "table1_band2_name", "请选择一种计价方式"),
        ({"cap_day_fen": "3.99"}, "cap_day_fen", "封顶低于"),
        ({"table1_band1_name": "夜间"}, "table1_band2_name", "重复"),
        ({"table1_season1_first": "3月"}, "table1_classes", "03-15"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_field(manager, tariff, changes, field, text):
    draft = make_tariff_draft(tariff)

    answer = edit(manager, draft, **changes)

    assert answer.status_code == 422
    assert text in str(answer.context["form"].errors.get(field)), answer.context["form"].errors
    assert TariffVersion.objects.get(pk=draft.pk).sha256 == draft.sha256


def test_the_table_of_example_stays_follows_what_is_typed(manager, tariff):
    draft = make_tariff_draft(tariff)
    address = f"{SCREEN}{draft.pk}/edit/"
    page = manager.get(address)

    assert "2 × ¥3.00" in text_of(page)
    piece = edit(manager, draft, look="table", table1_band1_tier1_price_fen="7")
    assert "2 × ¥7.00" in text_of(piece)
    assert "<html" not in piece.content.decode()
    without_script = edit(manager, draft, look="page", table1_band1_tier1_price_fen="7")
    assert "2 × ¥7.00" in text_of(without_script)
    wrong = edit(manager, draft, look="table", table1_band1_tier1_unit_minutes="0")
    assert "补全下面几项" in text_of(wrong)
    assert TariffVersion.objects.get(pk=draft.pk).sha256 == draft.sha256


def test_the_owner_publishes_and_withdraws(owner, tariff):
    first = make_tariff_version(tariff)
    draft = make_tariff_draft(tariff, tier_clock="day")
    start = clock.now().astimezone(clock.SHANGHAI) + timedelta(days=2)

    act(owner, f"{SCREEN}{draft.pk}/publish/", start=f"{start:%Y-%m-%dT%H:%M}")
    draft.refresh_from_db()
    assert (draft.state, draft.published_by.pk) == (
        State.PUBLISHED,
        int(owner.session["_auth_user_id"]),
    )

    act(owner, f"{SCREEN}{draft.pk}/withdraw/")
    draft.refresh_from_db()
    first.refresh_from_db()
    assert (draft.state, first.valid.upper) == (State.WITHDRAWN, None)


def test_a_new_version_begins_with_the_one_in_force(manager, tariff):
    version = make_tariff_version(tariff)
    address = f"{SCREEN}{version.pk}/new-version/"
    page = manager.get(address)

    manager.post(address, form_values(page) | {"once": once_of(page), "grace_minutes": "20"})

    draft = TariffVersion.objects.get(state=State.DRAFT)
    assert (draft.number, stored(draft)["grace"]["minutes"]) == (2, 20)
    assert manager.get(address).status_code in {302, 403, 404}


@pytest.mark.parametrize(
    ("role", "may_edit", "may_publish"),
    [("owner", True, True), ("manager", True, False), ("cashier", False, False), ("finance", False, False)],
)  # fmt: skip
def test_each_role_may_do_its_part(tariff, role, may_edit, may_publish):
    draft = make_tariff_draft(tariff)
    client = signed_in(make_clerk(merchant=tariff.merchant, role=role).user)

    for name, allowed in {"edit": may_edit, "publish": may_publish}.items():
        assert (client.get(f"{SCREEN}{draft.pk}/{name}/").status_code == 200) is allowed


def test_another_operators_tariff_is_not_there(owner):
    foreign = make_tariff_draft()

    for name in ("change", "edit", "publish"):
        assert owner.get(f"{SCREEN}{foreign.pk}/{name}/").status_code in {302, 403, 404}
    assert str(foreign.tariff) not in text_of(owner.get(SCREEN))


def test_own_tables_of_a_vehicle_class_survive_the_form(manager, tariff):
    tables = published_tariffs()["chongqing_general_area"].document["tables"]
    draft = make_tariff_draft(tariff, vehicles={"large": {"tables": tables}})

    edit(manager, draft, grace_minutes="20")

    assert (
        stored(draft)["vehicles"]["large"]["tables"][0]["bands"][0]["tiers"][0]["price_fen"] == 200
    )
