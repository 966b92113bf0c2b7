"""What a scanned campaign code leads to on the phone."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from coupons import services as coupons
from district.kernel import clock
from tests.factories.coupons import claim, make_draft, make_version
from tests.factories.members import bearer, make_member, make_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return make_member()


@pytest.fixture
def look(member):
    phone = APIClient(**bearer(member))
    return lambda version: phone.get(f"/api/v1/coupons/{version.public_id}")


def test_it_says_what_it_is_and_how_i_stand(look, member):
    version = make_version(per_member=1, stock=5)
    before = look(version).json()
    claim(version, member)

    assert (before["id"], before["refusal"], before["left"]) == (version.public_id, "", 5)
    after = look(version).json()
    assert (after["refusal"], after["mine"], after["left"]) == ("claim_limit_reached", 1, 4)


def test_what_is_not_given_out_says_why_not(look):
    later = make_version(claim_from=clock.now() + timedelta(hours=2))
    stopped = make_version()
    coupons.stop_version(version=stopped, by=make_operator())

    assert look(later).json()["refusal"] == "claim_not_begun"
    assert look(stopped).json()["refusal"] == "claim_over"


def test_a_draft_is_nobodys_business(look):
    assert look(make_draft()).status_code == 404
