"""The alliance's policy, prefunds, adjustments, freezing, merging and the audit, as operators and merchants see them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from district.kernel import clock
from district.members.models import Member
from district.merchants.models import Merchant
from loyalty import queries
from loyalty.models import Adjustment, AlliancePolicy, AuditRun, IssueBudget, PointsAccount
from tests.admin.action_forms import act, fields_of, once_of, text_of
from tests.admin.two_merchants import signed_in, table_digests
from tests.factories.members import make_member

RULES, BUDGET = "/admin/loyalty/alliancepolicy/", "/admin/loyalty/issuebudget/"
ADJUST, ACCOUNT = "/admin/loyalty/adjustment/", "/admin/loyalty/pointsaccount/"


@pytest.fixture
def root(two_merchants):
    return signed_in(two_merchants.root)


def local(at):
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def asked_rules(**changes):
    return {
        "hold_minutes": 60,
        "grace_days": 5,
        "confirm_from": 800,
        "confirm_minutes": 4,
        "fallback_points": 1,
        "fallback_per_yuan": "2.50",
        "fallback_price_fen": "0.85",
        "point_value_fen": "0.75",
        "warn_days": 21,
        "adjust_limit": 100,
        "adjust_day_limit": 300,
        "receipt_ceiling_points": 900,
        "member_day_ceiling_points": 2_000,
        "key_day_ceiling_points": "",
        "merchant_day_ceiling_points": 90_000,
        "review_by_two_from_points": 4_000,
        "start": local(clock.now() + timedelta(days=2)),
    } | changes


def test_rules_are_set_in_yuan_and_fen_and_end_those_before(two_merchants, operator):
    fund = act(operator, "/admin/merchants/merchant/found-fund/", name="商圈公益金")
    party = Merchant.objects.get(kind="fund")
    assert fund["Location"] == f"/admin/merchants/merchant/{party.pk}/change/"

    answer = act(operator, f"{RULES}add/", **asked_rules(breakage_to=party.pk))

    row = AlliancePolicy.objects.latest("pk")
    assert answer["Location"] == f"{RULES}{row.pk}/change/"
    assert (row.fallback_per_fen, row.fallback_price_milli_fen, row.breakage_to) == (
        250,
        850,
        party,
    )
    assert (row.confirm_from, row.warn_days, row.breakage_kind) == (800, 21, "fund")
    page = text_of(operator.get(answer["Location"]))
    assert "每 ¥2.50 得 1 积分" in page
    assert "使用 100 积分抵 ¥0.75。" in page
    assert "商圈公益金" in page


def test_the_form_begins_with_the_rules_in_force_and_offers_no_merchant(two_merchants, operator):
    page = operator.get(f"{RULES}add/").content.decode()

    assert 'value="5000"' in page
    assert two_merchants.first.merchant.name not in page


@pytest.mark.parametrize(
    "changes",
    [
        {"start": "2020-01-01T00:00"},
        {"warn_days": "0"},
        {"fallback_per_yuan": "0.001"},
        {"adjust_day_limit": "50"},
        {"confirm_from": "-1"},
    ],
)
def test_rules_out_of_bounds_are_refused_on_the_form(two_merchants, operator, changes):
    before = table_digests()

    assert act(operator, f"{RULES}add/", **asked_rules(**changes)).status_code == 422
    assert table_digests() == before


def test_a_merchant_for_breakage_is_no_choice(two_merchants, operator):
    fields = asked_rules(breakage_to=two_merchants.first.merchant.pk)

    assert act(operator, f"{RULES}add/", **fields).status_code == 422


def test_money_goes_in_and_out_by_operators_and_once(two_merchants, operator):
    budget = IssueBudget.objects.get(pk=two_merchants.first.merchant.pk)
    address = f"{BUDGET}{budget.pk}/"
    form = operator.get(f"{address}deposit/")
    fields = {"once": once_of(form), "yuan": "12.34", "reference": "回单 7", "note": "三月"}
    before = queries.budget_left_by_merchant([budget.pk])[budget.pk]

    operator.post(f"{address}deposit/", fields)
    operator.post(f"{address}deposit/", fields)
    assert queries.budget_left_by_merchant([budget.pk])[budget.pk] == before + 1_234_000
    again = act(operator, f"{address}deposit/", yuan="12.34", reference="回单 7", note="")
    assert (again.status_code, "同一笔款项只记一次" in text_of(again)) == (422, True)
    too_much = act(operator, f"{address}withdraw/", yuan="99999", reference="退 1", note="")
    assert (too_much.status_code, "预存余额还有" in text_of(too_much)) == (422, True)
    act(operator, f"{address}withdraw/", yuan="12.34", reference="退 2", note="")

    assert queries.budget_left_by_merchant([budget.pk])[budget.pk] == before
    assert "回单 7" in text_of(operator.get(f"{address}change/"))


def test_a_prefund_is_begun_for_a_merchant_that_has_none(two_merchants, operator):
    merchant = Merchant.objects.create(name="丙店", legal_name="丙店")
    page = operator.get(f"{BUDGET}add/").content.decode()
    assert two_merchants.first.merchant.name not in page.partition("<form")[2]

    answer = act(
        operator, f"{BUDGET}add/", merchant=merchant.pk, yuan="5", reference="T", slots="8"
    )

    assert answer["Location"] == f"{BUDGET}{merchant.pk}/change/"
    assert IssueBudget.objects.get(pk=merchant.pk).slots == 8


@pytest.mark.parametrize("role", ["owner", "finance"])
def test_a_merchants_owner_and_finance_see_their_own_prefund_and_move_nothing(two_merchants, role):
    client, own = two_merchants.second.client(role), two_merchants.second.merchant
    page = client.get(f"{BUDGET}{own.pk}/change/")

    assert page.status_code == 200
    page_text = text_of(page)
    assert f"{own.name}汇款" in page_text
    assert two_merchants.operator.name not in page_text
    assert client.get(f"{BUDGET}{two_merchants.first.merchant.pk}/change/").status_code == 404
    for name in ("deposit", "withdraw"):
        assert client.post(f"{BUDGET}{own.pk}/{name}/", {"yuan": "1"}).status_code == 403
    assert client.get(f"{BUDGET}add/").status_code == 403


@pytest.mark.parametrize("role", ["manager", "cashier"])
def test_others_of_a_merchant_see_no_prefund(two_merchants, role):
    assert two_merchants.second.client(role).get(BUDGET).status_code == 403


def test_an_adjustment_goes_through_two_people(two_merchants, operator, root):
    before = queries.balance_of(two_merchants.member).available
    answer = act(
        operator,
        f"{ADJUST}add/",
        member=two_merchants.member.public_id,
        merchant=two_merchants.first.merchant.pk,
        points="40",
        reason="漏记",
        evidence="工单 1",
    )
    row = Adjustment.objects.latest("pk")
    assert answer["Location"] == f"{ADJUST}{row.pk}/change/"
    # Who proposed it is offered no decision, and cannot make one by its address.
    assert f"/{row.pk}/approve/" not in operator.get(answer["Location"]).content.decode()
    for name in ("approve", "reject"):
        assert operator.post(f"{ADJUST}{row.pk}/{name}/", {"note": "x"}).status_code == 403
    assert queries.balance_of(two_merchants.member).available == before

    act(root, f"{ADJUST}{row.pk}/approve/", note="核实")

    row.refresh_from_db()
    assert (row.state, row.decided_by, row.decision) == ("approved", two_merchants.root, "核实")
    assert queries.balance_of(two_merchants.member).available == before + 40
    assert "已通过" in text_of(operator.get(answer["Location"]))


def test_a_rejection_needs_a_reason(two_merchants, operator):
    row = Adjustment.objects.filter(state="proposed").first()

    assert act(operator, f"{ADJUST}{row.pk}/reject/", note="").status_code == 422
    act(operator, f"{ADJUST}{row.pk}/reject/", note="依据不足")

    row.refresh_from_db()
    assert (row.state, row.decision) == ("rejected", "依据不足")


@pytest.mark.parametrize(
    "changes",
    [{"points": "0"}, {"points": "1.5"}, {"points": "10001"}, {"member": "mem_x"}, {"reason": ""}],
)
def test_an_adjustment_that_cannot_be_is_refused_on_the_form(two_merchants, operator, changes):
    before = table_digests()
    fields = {
        "member": two_merchants.member.public_id,
        "merchant": two_merchants.first.merchant.pk,
        "points": "1",
        "reason": "x",
        "evidence": "",
    }

    assert act(operator, f"{ADJUST}add/", **fields | changes).status_code == 422
    assert table_digests() == before


def test_the_list_of_adjustments_is_filtered(two_merchants, operator):
    listing = operator.get(ADJUST, {"state__exact": "proposed"}).content.decode()

    waiting = Adjustment.objects.filter(state="proposed")
    assert all(row.public_id in listing for row in waiting)
    assert all(row.public_id not in listing for row in Adjustment.objects.filter(state="approved"))


def test_an_account_is_frozen_and_unfrozen_with_a_reason(two_merchants, operator):
    address = f"{ACCOUNT}{two_merchants.member.pk}/"
    assert act(operator, f"{address}freeze/", reason="").status_code == 422

    act(operator, f"{address}freeze/", reason="可疑小票")
    account = PointsAccount.objects.get(pk=two_merchants.member.pk)
    assert (account.frozen_at is None, account.frozen_reason) == (False, "可疑小票")
    assert "可疑小票" in text_of(operator.get(f"{address}change/"))
    assert "冻结积分账户" in text_of(operator.get(f"{address}history/"))

    act(operator, f"{address}unfreeze/", reason="已核实")
    assert PointsAccount.objects.get(pk=two_merchants.member.pk).frozen_at is None


def test_a_member_without_an_account_is_frozen_by_number(two_merchants, operator):
    member = make_member("新客")

    answer = act(operator, f"{ACCOUNT}freeze-member/", member=member.public_id, reason="冒名")

    assert answer["Location"] == f"{ACCOUNT}{member.pk}/change/"
    assert PointsAccount.objects.get(pk=member.pk).frozen_reason == "冒名"


def test_two_members_become_one(two_merchants, operator):
    kept = make_member("新号")
    before = queries.balance_of(two_merchants.member).available
    page = operator.get(f"{ACCOUNT}merge/")
    assert fields_of(page) >= {"source", "into", "reason"}

    answer = act(
        operator,
        f"{ACCOUNT}merge/",
        source=two_merchants.member.public_id,
        into=kept.public_id,
        reason="同一人",
    )

    assert answer["Location"] == f"{ACCOUNT}{kept.pk}/change/"
    assert queries.balance_of(kept).available == before
    assert Member.objects.get(pk=two_merchants.member.pk).closed_at is not None
    assert kept.public_id in text_of(operator.get(f"{ACCOUNT}{two_merchants.member.pk}/change/"))
    again = act(
        operator, f"{ACCOUNT}merge/", source=kept.public_id, into=kept.public_id, reason="x"
    )
    assert (again.status_code, "请选择另一位会员" in text_of(again)) == (422, True)


def test_the_audit_runs_by_hand_and_stands_on_the_dashboard(two_merchants, operator):
    answer = act(operator, "/admin/loyalty/auditrun/run/")

    run = AuditRun.objects.latest("pk")
    assert answer["Location"] == f"/admin/loyalty/auditrun/{run.pk}/change/"
    assert run.offences == 0
    assert "账本的每条承诺都成立" in text_of(operator.get(answer["Location"]))
    assert "账目检查" in text_of(operator.get("/admin/"))


def test_what_the_audit_found_stands_on_its_page(two_merchants, operator):
    PointsAccount.objects.filter(pk=two_merchants.member.pk).update(pending=7)

    act(operator, "/admin/loyalty/auditrun/run/")

    run = AuditRun.objects.latest("pk")
    page = text_of(operator.get(f"/admin/loyalty/auditrun/{run.pk}/change/"))
    assert f"member_id={two_merchants.member.pk}" in page
    assert f"异常 {run.offences} 行" in text_of(operator.get("/admin/"))


@pytest.mark.parametrize("address", [RULES, ADJUST, ACCOUNT, "/admin/loyalty/auditrun/"])
def test_merchants_have_no_part_in_it(two_merchants, owner, address):
    assert owner.get(address).status_code == 403
    assert "账目检查" not in text_of(owner.get("/admin/"))
