"""光盘: a restaurant marks whoever left a clean plate, and a campaign is for them alone."""

import pytest
from rest_framework.test import APIClient

from coupons import services as coupons
from coupons.errors import TagNotGrantable
from coupons.models import MemberTag
from district.kernel.models import AuditLine
from tests.factories.coupons import fresh_key, make_draft, make_version
from tests.factories.members import bearer, make_member
from tests.factories.merchants import allied_store, make_merchant, till_key_text, till_of, visit_of

pytestmark = pytest.mark.django_db
TAGS = "/api/v1/till/tags"


@pytest.fixture
def restaurant():
    return allied_store()


@pytest.fixture
def guest():
    return make_member("小林")


@pytest.fixture
def plate(restaurant):
    audience = {"granted": "clean_plate", "granted_by": [restaurant.merchant.public_id]}
    return make_version(audience=audience)


@pytest.fixture
def tagged():
    """A till's answer when it marks a member."""

    def ask(member, store, tag="clean_plate", *, visit=None, key="t-1"):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {till_key_text(store)}")
        body = {
            "store": store.public_id,
            "visit": visit or visit_of(member, till_of(store), store).token,
            "tag": tag,
        }
        return client.post(TAGS, body, format="json", headers={"Idempotency-Key": key})

    return ask


def claimed(member, version):
    client = APIClient()
    client.credentials(**bearer(member))
    body = {"version": version.public_id}
    return client.post(
        "/api/v1/me/coupons", body, format="json", headers={"Idempotency-Key": "c-1"}
    )


def test_who_was_marked_may_claim_and_others_are_told_what_is_missing(
    restaurant, guest, plate, tagged
):
    other = make_member("小王")
    refused = claimed(guest, plate)
    answer = tagged(guest, restaurant)

    assert (answer.status_code, answer.json()["tag"]) == (201, "clean_plate")
    assert claimed(guest, plate).status_code == 201
    for refusal in (refused, claimed(other, plate)):
        assert refusal.status_code == 403
        assert refusal.json()["code"] == "coupon_not_for_you"
        assert refusal.json()["reason"] == "granted"
        assert refusal.json()["detail"] == "需由参与商户授予资格后领取。"


def test_the_centre_says_so_before_anybody_asks(restaurant, guest, plate, tagged):
    phone = APIClient()
    phone.credentials(**bearer(guest))

    def standing():
        (row,) = phone.get("/api/v1/coupons").json()["results"]
        return row["refusal"], row["why_not"]

    before = standing()
    tagged(guest, restaurant)

    assert before == ("coupon_not_for_you", "需由参与商户授予资格后领取。")
    assert standing() == ("", "")


def test_once_is_enough_and_the_same_key_answers_the_same(restaurant, guest, plate, tagged):
    visit = visit_of(guest, till_of(restaurant), restaurant).token

    answers = [tagged(guest, restaurant, visit=visit, key=key) for key in ("a", "a", "b")]

    assert len({answer.content for answer in answers}) == 1
    assert MemberTag.objects.count() == 1
    reused = tagged(make_member("小王"), restaurant, key="a")
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("campaign", ["for another", "of another word", "draft", "stopped", "none"])
def test_a_mark_that_no_campaign_asks_this_merchant_for_is_refused(
    restaurant, guest, tagged, campaign
):
    match campaign:
        case "for another":
            granted_by = [make_merchant().public_id]
            make_version(audience={"granted": "clean_plate", "granted_by": granted_by})
        case "of another word":
            make_version(audience={"granted": "early_bird"})
        case "draft":
            make_draft(audience={"granted": "clean_plate"})
        case "stopped":
            version = make_version(audience={"granted": "clean_plate"})
            coupons.stop_version(version=version, by=version.drafted_by)

    answer = tagged(guest, restaurant)

    assert (answer.status_code, answer.json()["code"]) == (403, "tag_not_grantable")
    assert not MemberTag.objects.exists()


def test_a_merchants_mark_is_not_the_operators(restaurant, guest, tagged):
    make_version(audience={"granted": "clean_plate"})
    invited = make_version(audience={"tags": ["clean_plate"]})
    tagged(guest, restaurant)

    assert claimed(guest, invited).json()["reason"] == "tag"


def test_without_its_visit_nobody_is_marked(restaurant, guest, plate, tagged):
    elsewhere = allied_store()
    foreign = visit_of(guest, till_of(elsewhere), elsewhere).token

    for visit, code in ((foreign, "visit_elsewhere"), ("vis_" + "a" * 40, "visit_unknown")):
        assert tagged(guest, restaurant, visit=visit).json()["code"] == code
    assert not MemberTag.objects.exists()


def test_the_verb_refuses_it_too_and_taking_back_closes_the_campaign_again(
    restaurant, guest, plate
):
    def mark(tag):
        return coupons.tag_member(
            member=guest, tag=tag, merchant=restaurant.merchant, actor="till:1", key=fresh_key()
        )

    with pytest.raises(TagNotGrantable):
        mark("vip")
    tag_row = mark("clean_plate")
    for _ in range(2):
        coupons.untag_member(mark=tag_row, actor="user:1")

    assert claimed(guest, plate).json()["reason"] == "granted"
    assert AuditLine.objects.filter(verb="untag_member").count() == 1
