"""The merchant's side over HTTP: what a till key's stores hear of complaints, and what they do."""

import pytest
from django.test import Client

from credit.complaints import services as complaints
from credit.complaints.errors import CaseNotYours
from credit.complaints.machine.words import SIDES, CaseActor
from credit.complaints.models import CaseEventRow, CaseFile
from district.kernel import clock
from district.merchants.queries import till_for
from tests.factories.complaints import HOUR, REFUND, ComplaintScene, decision, make_filing
from tests.factories.loyalty import fresh_key, make_earning_store
from tests.factories.merchants import make_store, till_key_text

SHOPPER, MERCHANT = CaseActor.SHOPPER, CaseActor.MERCHANT
TILL = "till/complaints"


class TillSystem:
    """Requests of a merchant's system at the scene's time."""

    def __init__(self, scene: ComplaintScene, *stores):
        self.scene, self.client, self.count = scene, Client(), 0
        self.text = till_key_text(*(stores or [scene.store]))

    def get(self, path: str = "", **query):
        with clock.travel_to(self.scene.now):
            return self.client.get(f"/api/v1/{TILL}{path}", query, headers=self._headers())

    def post(self, path: str, key: str = "", **body):
        self.count += 1
        headers = self._headers() | {"Idempotency-Key": key or f"k{self.count}"}
        self.scene.now += HOUR
        with clock.travel_to(self.scene.now):
            return self.client.post(
                f"/api/v1/{TILL}{path}", body, content_type="application/json", headers=headers
            )

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"}

    def numbers(self, **query) -> list[str]:
        return [row["number"] for row in self.get(**query).json()["results"]]


@pytest.fixture
def till(scene) -> TillSystem:
    return TillSystem(scene)


def test_a_till_answers_settles_and_proves_the_remedy(scene, till):
    scene.accepted()
    case = f"/{scene.case.public_id}"
    assert till.get(case).json()["actions"] == ["answer"]
    answered = till.post(
        f"{case}/answer", key="a-1", stance="offer", text="可以退。", evidence=["小票存根"]
    )
    assert (answered.status_code, answered.json()["state"]) == (200, "negotiating")
    again = till.post(
        f"{case}/answer", key="a-1", stance="offer", text="可以退。", evidence=["小票存根"]
    )
    assert again.json() == answered.json()
    row = CaseEventRow.objects.get(action="answer")
    assert (row.by, row.payload["person"]) == (None, f"till:{row.till_id}")
    assert [piece["text"] for piece in answered.json()["evidence"]] == ["小票存根"]

    assert till.post(f"{case}/propose", kind="refund", amount_fen=3_000).status_code == 200
    scene.do("propose_remedy", actor=SHOPPER, by=scene.member.user, remedy=REFUND)
    assert till.get(case).json()["actions"] == ["accept_proposal", "propose"]
    accepted = till.post(f"{case}/accept").json()
    assert (accepted["state"], accepted["remedy"]["amount_fen"]) == ("remedy_due", 6_000)
    wrong = till.post(f"{case}/done", refund_fen=5_000, evidence=["退款单"]).json()
    assert (wrong["code"], wrong["problem"]) == ("case_act_refused", "refund_is_the_remedys")
    done = till.post(f"{case}/done", refund_fen=6_000, evidence=["退款单 88"]).json()
    assert (done["state"], done["refunded_fen"], done["actions"]) == (
        "awaiting_confirmation",
        6_000,
        [],
    )


def test_a_till_escalates_brings_evidence_and_appeals(scene, till):
    scene.negotiating()
    case = f"/{scene.case.public_id}"
    assert "escalate" not in till.get(case).json()["actions"]
    early = till.post(f"{case}/escalate", text="谈不拢。").json()
    assert early["problem"] == "merchant_waited"
    scene.now += 24 * 8 * HOUR
    assert till.post(f"{case}/escalate", text="谈不拢。").json()["state"] == "mediation"
    scene.do("request_evidence", by=scene.officer, sides=SIDES)
    assert till.get(case).json()["actions"] == ["supply"]
    assert till.post(f"{case}/evidence", evidence=[]).status_code == 400
    supplied = till.post(f"{case}/evidence", evidence=["监控"], text="10:02 的录像").json()
    assert supplied["actions"] == []
    scene.do("supply_evidence", actor=SHOPPER, by=scene.member.user, evidence=["照片"])
    scene.do("decide_case", by=scene.officer, decision=decision())
    appealed = till.post(f"{case}/appeal", text="价签不是本店的。").json()
    assert (appealed["state"], appealed["finding"]) == ("under_review", "upheld")
    assert [piece["given_by"] for piece in appealed["evidence"]] == ["merchant", "shopper"]


@pytest.mark.parametrize(
    ("anonymity", "shopper"),
    [
        (0, {"nickname": "林小满", "receipt_no": "R1", "receipt_ending": "R1"}),
        (1, {"nickname": "林*", "receipt_no": "", "receipt_ending": "R1"}),
        (2, {"nickname": "", "receipt_no": "", "receipt_ending": ""}),
    ],
)
def test_the_shopper_is_seen_as_far_as_allowed(scene, till, anonymity, shopper):
    scene.member.nickname = "林小满"
    scene.member.save(update_fields=["nickname"])
    scene.file(anonymity=anonymity, description="漏水，请打 13812345678 或 138 1234 5678。")
    scene.do("ask_for_info", by=scene.officer, questions="哪一天？")
    scene.do("supply_info", member=scene.member, text="六月一日，我叫林小满。", evidence=["合影"])
    scene.do("accept_case", by=scene.officer)
    answer = till.get(f"/{scene.case.public_id}")
    assert answer.json()["shopper"] == shopper
    assert "13812345678" not in answer.content.decode().replace(" ", "")
    assert scene.member.public_id not in answer.content.decode()
    # The talk between shopper and district stays there.
    assert [step["action"] for step in answer.json()["timeline"]] == ["submit", "accept"]
    assert answer.json()["evidence"] == []


def test_a_merchant_reaches_nothing_of_another(scene, till):
    scene.accepted()
    stranger = TillSystem(scene, make_earning_store())
    own_other_store = TillSystem(scene, make_store(merchant=scene.store.merchant))
    for other in (stranger, own_other_store):
        assert other.numbers() == []
        assert other.get(f"/{scene.case.public_id}").status_code == 404
        for act, body in {
            "answer": {"stance": "agree", "text": "好"},
            "propose": {"kind": "repair"},
            "accept": {},
            "escalate": {},
            "evidence": {"evidence": ["照片"]},
            "done": {},
            "appeal": {"text": "不服"},
        }.items():
            assert other.post(f"/{scene.case.public_id}/{act}", **body).status_code == 404
        with pytest.raises(CaseNotYours), clock.travel_to(scene.now):
            complaints.answer_case(
                case=scene.case,
                by=till_for(other.text),
                stance="agree",
                text="好",
                key=fresh_key(),
            )
    foreign = stranger.get(store=scene.store.public_id)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "store_not_yours")
    assert till.numbers() == [scene.case.number]


def test_what_is_not_accepted_and_tip_offs_are_unknown(scene, till):
    scene.file()
    with clock.travel_to(scene.now):
        tip_off = complaints.tip_off(
            member=scene.member, filing=make_filing(scene.store), key=fresh_key()
        )
    assert till.numbers() == []
    for hidden in (scene.case, tip_off):
        assert till.get(f"/{hidden.public_id}").status_code == 404


def test_the_list_is_filtered(scene, till):
    scene.accepted()
    second = ComplaintScene(store=scene.store, now=scene.now, receipt_no="R2").negotiating()
    both = [second.case.number, scene.case.number]
    assert till.numbers() == both
    assert till.numbers(state="negotiating") == both[:1]
    assert till.numbers(store=scene.store.public_id) == both
    # The first answer is due within 48 hours, the talk much later.
    assert till.numbers(due_before="2026-06-04T00:00:00+08:00") == both[1:]
    assert till.numbers(due_before="2026-07-04T00:00:00+08:00") == both
    page = till.get(limit="1").json()
    assert till.numbers(limit="1", cursor=page["next"]) == both[1:]
    for wrong in ({"state": "moon"}, {"due_before": "tomorrow"}, {"limit": "0"}, {"who": "1"}):
        assert till.get(**wrong).status_code == 400
    assert CaseFile.objects.count() == 2
