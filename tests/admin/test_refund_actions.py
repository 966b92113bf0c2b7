"""Refunds in the back office: looked at first, posted once; parked ones find their receipt by hand."""

import pytest

from district.kernel.models import AuditLine
from loyalty.models import Debt, ParkedRefund, PointsAccount, Receipt, Refund
from tests.admin.action_forms import act, once_of, text_of
from tests.admin.two_merchants import signed_in, table_digests
from tests.factories.loyalty import buy
from tests.factories.members import make_member


@pytest.fixture
def receipt(two_merchants):
    return buy(make_member("退货的客"), two_merchants.second.store, fen=10_000, no="乙家要退")


def address(receipt):
    return f"/admin/loyalty/receipt/{receipt.pk}/refund/"


def filled(receipt, page, **changes):
    fields = {"yuan": "40.00", "refund_no": "退-1", "store": receipt.store_id}
    return {"once": once_of(page)} | fields | changes


def looked_at(client, receipt, **changes):
    """The form with its preview, and what confirming it would send."""
    fields = filled(receipt, client.get(address(receipt)), **changes)
    page = client.post(address(receipt), fields)
    assert page.status_code == 200, text_of(page)
    return page, fields | {"seen": page.context["mark"]}


def test_the_preview_says_what_would_happen_and_writes_nothing(receipt, owner):
    before = table_digests()

    page, _ = looked_at(owner, receipt)

    assert "试算结果" in text_of(page)
    assert "收回本单积分 40" in text_of(page)
    assert "确认退货" in text_of(page)
    assert table_digests() == before


def test_confirming_posts_what_was_looked_at_and_leads_to_the_refund(receipt, owner, two_merchants):
    _, fields = looked_at(owner, receipt)

    answer = owner.post(address(receipt), fields)

    refund = Refund.objects.get(refund_no="退-1")
    assert answer["Location"] == f"/admin/loyalty/refund/{refund.pk}/change/"
    assert (refund.fen, refund.own, refund.other, refund.owed) == (4_000, 40, 0, 0)
    assert refund.actor == f"user:{two_merchants.second.clerks['owner'].user.pk}"
    receipt.refresh_from_db()
    assert (receipt.refunded_fen, receipt.clawed) == (4_000, 40)


def test_a_double_click_on_confirm_refunds_once(receipt, owner):
    _, fields = looked_at(owner, receipt)

    answers = [owner.post(address(receipt), fields) for _ in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert Refund.objects.filter(receipt=receipt).count() == 1


def test_another_sum_than_the_one_looked_at_is_shown_again_first(receipt, owner):
    _, fields = looked_at(owner, receipt)

    answer = owner.post(address(receipt), fields | {"yuan": "90.00"})

    assert "收回本单积分 90" in text_of(answer)
    assert not Refund.objects.filter(receipt=receipt).exists()


def test_nothing_is_posted_without_a_look(receipt, owner):
    before = table_digests()
    page = owner.get(address(receipt))

    for seen in ("", "0" * 64, "x"):
        answer = owner.post(address(receipt), filled(receipt, page, seen=seen))
        assert "试算结果" in text_of(answer)

    assert table_digests() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"yuan": "0"},
        {"yuan": "-1"},
        {"yuan": "0.001"},
        {"yuan": "1e99"},
        {"yuan": "100.01"},
        {"yuan": "九十"},
        {"refund_no": ""},
        {"refund_no": "有 空格"},
        {"refund_no": "x" * 65},
        {"store": "999999"},
        {"once": "x"},
    ],
)
def test_what_makes_no_sense_is_refused_on_the_form(receipt, owner, changes):
    before = table_digests()
    page = owner.get(address(receipt))

    answer = owner.post(address(receipt), filled(receipt, page, **changes))

    assert answer.status_code == 422
    assert table_digests() == before


def test_a_refund_number_the_store_used_before_is_refused(receipt, owner, two_merchants):
    used = (
        Refund.objects.filter(store=two_merchants.second.store)
        .exclude(refund_no__startswith="rev")
        .first()
    )
    _, fields = looked_at(owner, receipt, refund_no=used.refund_no)

    answer = owner.post(address(receipt), fields)

    assert answer.status_code == 422
    assert "已经入账" in text_of(answer)


def test_a_refund_never_goes_to_another_merchants_store(receipt, owner, two_merchants):
    page = owner.get(address(receipt))

    answer = owner.post(address(receipt), filled(receipt, page, store=two_merchants.first.store.pk))

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("manager", 200), ("cashier", 403), ("finance", 403)]
)
def test_who_may_give_money_back(receipt, two_merchants, role, status):
    client = two_merchants.second.client(role)

    assert client.get(address(receipt)).status_code == status
    if status != 200:
        assert client.post(address(receipt), {"once": "0" * 32}).status_code == status


def test_only_operators_are_told_the_members_balance(receipt, owner, operator):
    assert "会员退后余额" not in text_of(looked_at(owner, receipt)[0])
    assert "会员退后余额 60" in text_of(looked_at(operator, receipt)[0])


def test_what_was_spent_meanwhile_is_shown_as_owed(two_merchants, operator):
    debtor = Debt.objects.filter(carrier=two_merchants.second.merchant).first().account
    spent = buy(debtor.member, two_merchants.second.store, fen=50_000)
    balance = PointsAccount.objects.get(pk=debtor.pk)
    from tests.factories.loyalty import pay_points

    pay_points(debtor.member, two_merchants.second.store, points=balance.available)

    page, fields = looked_at(operator, spent, yuan="50.00", store=spent.store_id)
    assert "欠积分 50" in text_of(page)
    operator.post(address(spent), fields)

    assert Debt.objects.latest("pk").points == 50


def test_a_receipt_given_back_whole_offers_no_refund(receipt, owner):
    _, fields = looked_at(owner, receipt, yuan="100.00")
    owner.post(address(receipt), fields)

    page = owner.get(f"/admin/loyalty/receipt/{receipt.pk}/change/").content.decode()

    assert "/refund/" not in page.replace("/loyalty/refund/", "")
    assert owner.get(address(receipt)).status_code == 302


# --- Parked refunds ---------------------------------------------------------------------------
@pytest.fixture
def parked(two_merchants):
    return ParkedRefund.objects.get(merchant=two_merchants.second.merchant, state="waiting")


def matching(parked):
    return f"/admin/loyalty/parkedrefund/{parked.pk}/match/"


def test_a_parked_refund_finds_its_receipt_by_number_and_is_posted_after_a_look(
    two_merchants, owner, parked, receipt
):
    before = table_digests()
    page = owner.get(matching(parked))
    fields = {"once": once_of(page), "store": receipt.store_id, "receipt_no": receipt.receipt_no}

    seen = owner.post(matching(parked), fields)
    assert "收回本单积分 10" in text_of(seen)
    assert table_digests() == before
    answer = owner.post(matching(parked), fields | {"seen": seen.context["mark"]})

    parked.refresh_from_db()
    assert (parked.state, parked.refund.receipt_id) == ("matched", receipt.pk)
    assert answer["Location"] == f"/admin/loyalty/refund/{parked.refund_id}/change/"
    assert AuditLine.objects.latest("pk").verb == "match_refund"


@pytest.mark.parametrize("number", ["没有这张", "", "x" * 65, "甲记茶铺0"])
def test_an_unknown_or_foreign_number_matches_nothing(two_merchants, owner, parked, number):
    assert Receipt.objects.filter(receipt_no="甲记茶铺0").exists()
    before = table_digests()

    answer = act(owner, matching(parked), store=parked.receipt_store_id, receipt_no=number)

    assert answer.status_code == 422
    assert table_digests() == before


def test_a_receipt_with_less_left_than_the_refund_says_so(two_merchants, owner, parked):
    small = buy(make_member(), two_merchants.second.store, fen=500, no="太小的票")

    answer = act(owner, matching(parked), store=small.store_id, receipt_no=small.receipt_no)

    assert answer.status_code == 422
    assert "剩余" in text_of(answer)
    parked.refresh_from_db()
    assert parked.state == "waiting"


def test_receipts_of_the_same_number_elsewhere_are_offered(two_merchants, owner, parked):
    there = buy(make_member(), two_merchants.second.second, fen=5_000, no=parked.receipt_no)

    assert (
        f"/admin/loyalty/receipt/{there.pk}/change/" in owner.get(matching(parked)).content.decode()
    )


def test_dismissing_wants_a_reason_and_happens_once(two_merchants, owner, parked):
    dismissing = f"/admin/loyalty/parkedrefund/{parked.pk}/dismiss/"
    assert act(owner, dismissing, note="").status_code == 422

    act(owner, dismissing, note="本单没有积分")

    parked.refresh_from_db()
    assert (parked.state, parked.note) == ("dismissed", "本单没有积分")
    assert AuditLine.objects.latest("pk").verb == "dismiss_refund"
    for again in (dismissing, matching(parked)):
        assert owner.get(again).status_code == 302
        assert owner.post(again, {"once": "0" * 32, "note": "再来"}).status_code == 302
    parked.refresh_from_db()
    assert parked.note == "本单没有积分"


@pytest.mark.parametrize("role", ["cashier", "finance"])
def test_others_read_parked_refunds_and_decide_none(two_merchants, parked, role):
    client = signed_in(two_merchants.second.clerks[role].user)

    assert client.get(f"/admin/loyalty/parkedrefund/{parked.pk}/change/").status_code == 200
    for name in ("match", "dismiss"):
        assert client.get(f"/admin/loyalty/parkedrefund/{parked.pk}/{name}/").status_code == 403


def test_the_dashboard_counts_what_waits_for_a_person(two_merchants, owner, operator):
    assert "待匹配退货 1" in text_of(owner.get("/admin/"))
    assert "待匹配退货 2" in text_of(operator.get("/admin/"))
