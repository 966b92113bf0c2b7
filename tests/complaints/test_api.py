"""The shopper's side over HTTP: filed, followed, settled; what others see of it."""

import pytest
from django.test import Client

from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseFile
from district.kernel import clock
from tests.factories.complaints import ComplaintScene
from tests.factories.members import bearer, make_member


class Phone:
    """Requests of a shopper at the scene's time."""

    def __init__(self, scene: ComplaintScene):
        self.scene, self.client, self.count = scene, Client(), 0
        self.headers = bearer(scene.member)

    def get(self, path: str, **headers):
        with clock.travel_to(self.scene.now):
            return self.client.get(f"/api/v1/{path}", **(headers or self.headers))

    def post(self, path: str, key: str = "", **body):
        self.count += 1
        headers = self.headers | {"HTTP_IDEMPOTENCY_KEY": key or f"k{self.count}"}
        with clock.travel_to(self.scene.now):
            return self.client.post(
                f"/api/v1/{path}", body, content_type="application/json", **headers
            )


@pytest.fixture
def phone(scene) -> Phone:
    return Phone(scene)


def test_a_complaint_is_filed_followed_settled_and_evaluated(scene, phone):
    filing = {
        "store": scene.store.public_id,
        "category": "quality",
        "wish": "refund",
        "amount_fen": 8_000,
        "receipt_no": "R1",
        "description": "咖啡机漏水。",
        "evidence": ["照片"],
        "anonymity": 1,
    }
    made = phone.post("me/complaints", key="file-1", **filing)
    again = phone.post("me/complaints", key="file-1", **filing)
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    case = f"me/complaints/{made.json()['id']}"
    assert made.json()["actions"] == ["transfer", "withdraw"]
    assert [clock_["due_at"] for clock_ in made.json()["clocks"]] == ["2026-06-04T00:00:00+08:00"]
    assert made.json()["timeline"][0]["note"] == "咖啡机漏水。"

    scene.case = CaseFile.objects.get()
    scene.do("accept_case", by=scene.officer)
    scene.do("answer_case", by=scene.clerk, stance="offer", text="可以修。")
    assert phone.post(f"{case}/propose", kind="refund", amount_fen=6_000).status_code == 200
    scene.do("accept_proposal", actor=CaseActor.MERCHANT, by=scene.clerk)
    scene.do("mark_remedy_done", by=scene.clerk, evidence=["退款单"], refund_fen=6_000)
    assert phone.get(case).json()["remedy"]["amount_fen"] == 6_000
    confirmed = phone.post(f"{case}/confirm")
    assert confirmed.json()["state"] == "closed_resolved"
    assert confirmed.json()["actions"] == ["evaluate", "reopen"]
    marks = {"speed": 4, "fairness": 5, "result": 4, "resolved": "yes"}
    assert phone.post(f"{case}/evaluate", **marks).json()["actions"] == ["reopen"]

    assert [row["number"] for row in phone.get("me/complaints").json()["results"]] == [
        scene.case.number
    ]


def test_refusals_say_what_is_wrong(scene, phone):
    scene.accepted()
    case = f"me/complaints/{scene.case.public_id}"
    wrong_state = phone.post(f"{case}/confirm")
    assert (wrong_state.status_code, wrong_state.json()["code"]) == (409, "case_not_in_state")
    scene.do("answer_case", by=scene.clerk, stance="dispute", text="")
    too_much = phone.post(f"{case}/propose", kind="refund", amount_fen=9_901)
    assert (too_much.json()["code"], too_much.json()["problem"]) == (
        "case_act_refused",
        "refund_within_paid",
    )
    strange = phone.post("me/complaints", store=scene.store.public_id, category="moon")
    assert strange.status_code == 400
    other = phone.get(case, **bearer(make_member()))
    assert other.status_code == 404


def test_a_tip_off_is_followed_apart(scene, phone):
    made = phone.post(
        "me/tip-offs", store=scene.store.public_id, category="safety", description="冷藏柜过热。"
    )
    assert (made.status_code, made.json()["state"]) == (201, "received")
    assert phone.get(f"me/tip-offs/{made.json()['id']}").status_code == 200
    assert phone.get(f"me/complaints/{made.json()['id']}").status_code == 404
    assert phone.get("me/complaints").json()["results"] == []
    choices = phone.get("complaints/choices").json()
    assert choices["wishes"][0] == {"code": "refund", "text": "退款"}
