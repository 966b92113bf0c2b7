"""The network comes back: what phone, till and clerk see over HTTP."""

import pytest
from django.test import Client

from coupons import services as coupons
from coupons.models import CouponBill
from coupons.offline.models import LogEntry, RedemptionConflict
from district.members import services as members
from tests.factories.coupons import claim, make_version, redeem, reported_bill
from tests.factories.merchants import allied_store, make_store, till_key_text
from tests.factories.offline import OfflineTill, body_of, first_log_upload, make_terminal
from tests.offline.pass_codes import leased_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(member):
    return f"Bearer {members.open_session(member=member).token}"


@pytest.fixture
def till_key(store):
    return f"Bearer {till_key_text(store)}"


def post(address, body, who, key="k1"):
    return Client().post(
        f"/api/v1{address}",
        body,
        content_type="application/json",
        headers={"Authorization": who, "Idempotency-Key": key},
    )


def get(address, who):
    return Client().get(f"/api/v1{address}", headers={"Authorization": who}).json()


def test_from_the_lease_to_the_upload(phone, till_key, terminal, store, member):
    coupon = claim(make_version(offline="leased"), member).public_id
    leased = post(
        f"/me/coupons/{coupon}/lease", {"store": store.public_id, "hours": 2}, phone
    ).json()
    assert leased["leased_to"] == store.name
    code = post(f"/me/coupons/{coupon}/code", {}, phone).json()
    assert code["expires_at"] == leased["leased_until"]

    kit = post(f"/till/terminals/{terminal.public_id}/kits", {"last_seq": 0}, till_key)
    assert kit.status_code == 201
    till = OfflineTill(terminal)
    till.kit = kit.json()
    line = till.scan(code["code"], no="B1", fen=5_000)
    sent = body_of([line])
    answers = [post(f"/till/terminals/{terminal.public_id}/log", sent, till_key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    result = answers[0].json()
    assert result == answers[1].json()
    (entry,) = result["entries"]
    assert (result["next_seq"], entry["result"], entry["discount_fen"]) == (2, "redeemed", 500)
    assert get(f"/me/coupons/{coupon}", phone)["state"] == "used"
    assert get("/me/coupons/conflicts", phone)["results"] == []


def test_a_log_may_hold_what_scanners_add_and_its_hash_stands(
    phone, till_key, till, terminal, store, member
):
    _coupon, code = leased_code(member, store)
    till.scan(f"{code.lower()}\r\n", no="\uff22-\uff11 ", fen=5_000)

    answer = post(f"/till/terminals/{terminal.public_id}/log", body_of(till.log), till_key)

    assert answer.status_code == 200, answer.content
    assert answer.json()["entries"][0]["result"] == "redeemed"
    # The bill is the one that a till with the network knows.
    assert LogEntry.objects.get().bill_no == CouponBill.objects.get().bill_no == "B-1"


def test_of_a_collision_the_shopper_is_told_and_asked_for_nothing(
    phone, till_key, till, terminal, store, member
):
    held = claim(make_version(offline="allowance"), member)
    till.scan(coupons.show_coupon(coupon=held).code, no="B1", fen=5_000)
    redeem(held, store=allied_store(), bill=reported_bill(5_000))

    answer = post(f"/till/terminals/{terminal.public_id}/log", body_of(till.log), till_key).json()

    conflict = answer["entries"][0]["conflict"]
    assert (conflict["payer"], conflict["fen"]) == ("alliance", 500)
    (mine,) = get("/me/coupons/conflicts", phone)["results"]
    assert mine["id"] == conflict["id"] == RedemptionConflict.objects.get().public_id
    assert mine["message"] == (
        f"您在 {store.name} 使用的券，因门店断网当时未能核实：已在其他门店核销。"
        "优惠由商圈承担，您无需补款。"
    )


def test_two_kits_are_one_allowance_and_a_merchant_bears_its_own(
    phone, till_key, till, terminal, store, member
):
    """Four coupons: two that another merchant used too, one more, and one used at the other store of this."""
    version = make_version(offline="allowance", per_member=4)
    held = [claim(version, member) for _ in range(4)]
    own = make_store(merchant=store.merchant)
    address, conflicts = f"/till/terminals/{terminal.public_id}", []
    for number, at in enumerate([own, allied_store(), allied_store(), allied_store()]):
        response = post(f"{address}/kits", {"last_seq": number}, till_key, key=f"kit{number}")
        assert response.json()["allowance_left_count"] == max(2 - number, 0)
        till.kit = response.json()
        till.log.clear()
        code = post(f"/me/coupons/{held[number].public_id}/code", {}, phone).json()["code"]
        till.scan(code, no=f"B{number}", fen=5_000)
        redeem(held[number], store=at, bill=reported_bill(5_000))
        answer = post(f"{address}/log", body_of(till.log), till_key).json()
        conflicts.append(answer["entries"][0]["conflict"])

    assert [(conflict["reason"], conflict["payer"]) for conflict in conflicts] == [
        ("used_at_this_merchant", "store"),
        ("used_elsewhere", "alliance"),
        ("beyond_the_allowance", "store"),
        ("beyond_the_allowance", "store"),
    ]


def test_another_stores_terminal_is_not_there(till_key):
    other = make_terminal(allied_store()).public_id

    for act, body in (("kits", {"last_seq": 0}), ("log", first_log_upload())):
        answer = post(f"/till/terminals/{other}/{act}", body, till_key)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_forked_log_is_a_problem_and_writes_nothing(till_key, till, terminal):
    till.scan("RUBBISH", no="B1", fen=5_000)
    sent = body_of(till.log)
    sent["entries"][0]["discount_fen"] = 4_999

    answer = post(f"/till/terminals/{terminal.public_id}/log", sent, till_key)

    assert (answer.status_code, answer.json()["code"]) == (409, "offline_log_forked")
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seq", 0),
        ("seq", 2**63),
        ("scanned_at", "2026-11-27 10:00"),
        ("scanned_at", "2026-11-27T10:00:00"),
        ("code", "换\n行"),
        ("hash", "0" * 63),
        ("discount_fen", -1),
        ("discount_fen", 10**15),
        ("outcome", "已核销"),
    ],
)
def test_a_line_of_another_form_is_refused(till_key, till, terminal, field, value):
    till.scan("RUBBISH", no="B1", fen=5_000)
    sent = body_of(till.log)
    sent["entries"][0][field] = value

    answer = post(f"/till/terminals/{terminal.public_id}/log", sent, till_key)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert not LogEntry.objects.exists()
