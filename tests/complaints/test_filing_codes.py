"""A shopper files with the code of the counter: the store is that of the code, and a bad code is refused by its own problem."""

import pytest

from credit import services as credit
from credit.code_links import link_of, scene_of
from credit.complaints.models import CaseFile
from credit.models import CreditCode
from district.kernel import clock
from tests.complaints.test_api import Phone
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_operator

_FILING = {"category": "service", "wish": "apologise", "description": "排队一小时。"}


@pytest.fixture
def phone(scene) -> Phone:
    return Phone(scene)


@pytest.fixture
def code(scene) -> CreditCode:
    with clock.travel_to(scene.now):
        return credit.issue_code(store=scene.store, by=make_operator("码员"), key=fresh_key())


def test_link_and_scene_name_the_store(scene, phone, code):
    for text in (link_of(code), scene_of(code)):
        made = phone.post("me/complaints", code=text, **_FILING)
        assert (made.status_code, made.json()["store"]) == (201, scene.store.public_id)
    tip_off = phone.post(
        "me/tip-offs", code=scene_of(code), category="safety", description="堵门。"
    )
    assert tip_off.json()["store"] == scene.store.public_id


def test_a_bad_code_has_its_own_problem_and_files_nothing(scene, phone, code):
    link = link_of(code)
    forged = link[:-1] + ("A" if link[-1] != "A" else "B")
    refusals = {
        forged: (409, "filing_code_not_ours"),
        link.partition("?")[0]: (409, "filing_code_not_ours"),
        "m=" + "0" * 22: (404, "filing_code_unknown"),
        "https://[": (404, "filing_code_unknown"),
        "漏水": (404, "filing_code_unknown"),
    }
    for text, refusal in refusals.items():
        answer = phone.post("me/complaints", code=text, **_FILING)
        assert (answer.status_code, answer.json()["code"]) == refusal, text
    both = {"code": link, "store": scene.store.public_id}
    for which in (both, {}):
        assert phone.post("me/complaints", **which, **_FILING).status_code == 400
    with clock.travel_to(scene.now):
        credit.revoke_code(code=code, reason="被揭走", by=make_operator("吊销员"))
    for text in (link, scene_of(code)):
        answer = phone.post("me/complaints", code=text, **_FILING).json()
        assert (answer["code"], answer["code_status"]) == ("filing_code_out_of_use", "revoked")
    assert not CaseFile.objects.exists()
