"""Who bears a coupon: a merchant its own, and the approver sees who, how much and of what bill."""

import pytest
from django.db import IntegrityError, transaction

from coupons import services as coupons
from coupons.costs import exposure_of
from coupons.errors import TemplateInvalid
from coupons.models import FundingPart, TemplateFunding, TemplateVersion, VersionEdit
from district.kernel import clock
from district.merchants import services as merchants
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import signed_in
from tests.coupons.admin.drafts import VERSIONS, draft_form
from tests.factories.coupons import claim, make_draft, make_version, redeem
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import allied_store, make_clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def operator():
    return signed_in(make_operator("yunying"))


def funding_of(version):
    return {(row.party, row.bp) for row in version.funding.all()}


def test_a_merchants_form_begins_with_the_merchant_at_the_whole(store):
    owner = signed_in(make_clerk(merchant=store.merchant).user)

    form = owner.get(f"{VERSIONS}add/").context["form"]

    assert (form.initial["payer1"], form.initial["payer1_percent"]) == (store.merchant, 100)


@pytest.mark.parametrize("role", ["owner", "operator"])
def test_what_nobody_promised_of_a_merchants_coupon_is_the_merchants(store, operator, role):
    client = (
        operator
        if role == "operator"
        else signed_in(make_clerk(merchant=store.merchant, role=role).user)
    )
    act(client, f"{VERSIONS}add/", **draft_form(store, redeemer_percent=0))

    assert funding_of(TemplateVersion.objects.get()) == {(store.merchant, 10_000)}


def test_only_the_operator_names_the_alliance_as_a_payer(store, operator):
    alliance = merchants.alliance_party()
    form_values = draft_form(store, redeemer_percent=0, payer1=alliance.pk, payer1_percent=40)
    owner = signed_in(make_clerk(merchant=store.merchant).user)

    assert act(owner, f"{VERSIONS}add/", **form_values).status_code == 422
    act(operator, f"{VERSIONS}add/", **form_values)

    assert funding_of(TemplateVersion.objects.get()) == {(alliance, 4_000), (store.merchant, 6_000)}


def test_a_merchants_own_coupon_costs_the_merchant(store):
    version = make_version(merchant=store.merchant)

    redeem(claim(version, make_member()), store=store)

    assert [(part.party, part.fen) for part in FundingPart.objects.all()] == [(store.merchant, 500)]


def test_a_platform_coupon_stays_the_alliances(store):
    redeem(claim(make_version(), make_member()), store=store)

    assert FundingPart.objects.get().party == merchants.alliance_party()


def test_a_draft_from_before_is_saved_again_before_it_is_submitted(store):
    draft = make_draft(merchant=store.merchant)
    TemplateFunding.objects.all().delete()

    with pytest.raises(TemplateInvalid):
        coupons.submit_version(version=draft, by=draft.drafted_by)
    VersionEdit.objects.create(
        version=draft, act="submit", by=draft.drafted_by, at=clock.now(), contents={}
    )
    with pytest.raises(IntegrityError, match="names who bears all"), transaction.atomic():
        TemplateVersion.objects.filter(pk=draft.pk).update(
            state="submitted", submitted_at=clock.now()
        )


def test_the_approver_sees_who_pays_how_much_and_of_what_bill(store, operator):
    draft = make_draft(
        merchant=store.merchant,
        payers=[(store.merchant, 7_500), (merchants.alliance_party(), 2_500)],
        stock=200,
        budget_fen=80_000,
        per_member_day=1,
    )
    coupons.submit_version(version=draft, by=draft.drafted_by)

    page = text_of(operator.get(f"{VERSIONS}{draft.pk}/approve/"))

    assert f"{store.merchant} 75%" in page
    assert "商圈联盟 25%" in page
    assert "注意：这是商户的券，但由商圈联盟承担部分或全部成本" in page
    for figure in ("预算 ¥800.00", "总库存 200", "单张最高成本 ¥5.00", "总成本上限 ¥800.00"):
        assert figure in page
    assert f"¥20.00 ¥5.00 ¥15.00 ¥5.00 {store.merchant} ¥3.75，商圈联盟 ¥1.25" in page


@pytest.mark.parametrize(
    ("fields", "coupon_fen", "most"),
    [
        ({}, 500, None),
        ({"stock": 3}, 500, 1_500),
        ({"stock": 3, "budget_fen": 1_200}, 500, 1_200),
        ({"uses": 4, "stock": 2}, 2_000, 4_000),
        ({"kind": "parking", "parking_minutes": 120}, 0, 0),
    ],
)
def test_what_a_version_may_cost_in_all(fields, coupon_fen, most):
    exposure = exposure_of(make_draft(**fields))

    assert (exposure.each_fen, exposure.most_fen) == (coupon_fen, most)
