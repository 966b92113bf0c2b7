"""The fund's screens: operators see all of them, a merchant its own membership, payments and claims."""

import pytest
from django.contrib import admin
from django.urls import reverse

from credit.compensation import services as compensation
from credit.compensation.models import FundClaim, FundMembership, FundPayment
from district.kernel import clock
from tests.admin.two_merchants import signed_in
from tests.factories.compensation import join
from tests.factories.complaints import ComplaintScene
from tests.factories.loyalty import fresh_key

OWN = {FundClaim, FundMembership, FundPayment}


def screens():
    return [model for model in admin.site._registry if model._meta.app_label == "compensation"]


def page(client, model, name, *arguments):
    url = reverse(f"admin:compensation_{model._meta.model_name}_{name}", args=arguments)
    return client.get(url)


@pytest.fixture
def stranger(scene):
    """Another merchant of the scheme, with nothing else."""
    other = ComplaintScene()
    with clock.travel_to(other.now):
        join(other.store.merchant, scene.zhang)
    return signed_in(other.clerk)


def test_an_operator_opens_every_screen(scene):
    scene.confirmed()
    compensation.propose_write_off(
        claim=scene.claim, reason="撤场", by=scene.zhang, key=fresh_key()
    )
    client = signed_in(scene.wang)

    for model in screens():
        listing = page(client, model, "changelist")
        assert listing.status_code == 200, model
        row = model._default_manager.first()
        assert row is not None, model
        assert page(client, model, "change", row.pk).status_code == 200, model


def test_a_merchant_sees_its_own_and_nobody_elses(scene, stranger):
    scene.confirmed()
    own = signed_in(scene.complaint.clerk)

    for model in screens():
        statuses = {page(client, model, "changelist").status_code for client in (own, stranger)}
        assert statuses == ({200} if model in OWN else {403}), model
    for model in OWN:
        row = model._default_manager.filter(merchant=scene.merchant).first()
        answer = page(own, model, "change", row.pk)
        assert answer.status_code == 200, model
        assert "zhang" not in answer.content.decode(), model
        assert page(stranger, model, "change", row.pk).status_code == 404, model


def test_the_public_figures_say_what_the_fund_holds_and_paid(client, scene):
    scene.paid()
    with clock.travel_to(scene.complaint.now):
        figures = client.get("/api/v1/credit/fund").json()

    assert figures["held_fen"] == 45_000
    assert (figures["paid_cases"], figures["paid_fen"], figures["members"]) == (1, 6_000, 1)
    assert (figures["case_cap_fen"], figures["year_cap_fen"]) == (10_000, 30_000)
