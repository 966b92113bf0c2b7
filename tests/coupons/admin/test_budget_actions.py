"""The budget of a running campaign in the back office."""

import pytest

from coupons.models import BudgetChange
from coupons.queries.budgets import budget_of
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import signed_in
from tests.coupons.admin.drafts import VERSIONS
from tests.factories.coupons import claim, make_version
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import allied_store, make_clerk

pytestmark = pytest.mark.django_db


def test_a_merchant_proposes_an_operator_decides_and_the_page_says_what_is_left():
    store = allied_store()
    version = make_version(merchant=store.merchant, stock=10, budget_fen=1_200)
    claim(version, make_member())
    owner = signed_in(make_clerk(merchant=store.merchant).user)
    other = signed_in(make_clerk(merchant=allied_store().merchant).user)
    operator = signed_in(make_operator("yunying"))
    fields = {"budget_was_yuan": "12", "budget_yuan": "30", "reason": "周末加量"}

    assert other.get(f"{VERSIONS}{version.pk}/propose-budget/").status_code == 404
    act(owner, f"{VERSIONS}{version.pk}/propose-budget/", **fields)
    assert owner.get(f"{VERSIONS}{version.pk}/approve-budget/").status_code == 403
    approving = text_of(operator.get(f"{VERSIONS}{version.pk}/approve-budget/"))
    act(operator, f"{VERSIONS}{version.pk}/approve-budget/", note="同意")

    assert "¥12.00 ¥30.00 周末加量" in approving
    assert budget_of(version).whole_fen == 3_000
    page = text_of(operator.get(f"{VERSIONS}{version.pk}/change/"))
    for text in ("剩余库存 9 共 10", "剩余预算 ¥25.00 共 ¥30.00", "未用券占用预算 ¥5.00"):
        assert text in page


def test_an_operator_does_not_decide_the_own_proposal():
    version = make_version(budget_fen=1_200)
    operator = signed_in(make_operator("yunying"))
    fields = {"budget_was_yuan": "12", "budget_yuan": "30", "reason": "周末加量"}
    act(operator, f"{VERSIONS}{version.pk}/propose-budget/", **fields)

    refused = act(operator, f"{VERSIONS}{version.pk}/approve-budget/", note="同意")

    assert refused.status_code == 422
    assert "提出或修改过的人不能复核" in text_of(refused)
    assert BudgetChange.objects.get().state == "proposed"
