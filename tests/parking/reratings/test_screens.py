"""重新计费 in the back office: planned by a manager, approved by the owner, its stays shown and downloaded."""

import pytest

from parking.models import FeeRefund, Rerating
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import signed_in
from tests.factories.merchants import make_clerk
from tests.factories.tariffs import make_tariff_draft
from tests.parking.reratings.charging_steps import CAP, paid_in_cash, plan

SCREEN = "/admin/parking/rerating/"


@pytest.fixture
def owner(charging):
    return signed_in(make_clerk(merchant=charging.merchant, role="owner").user)


@pytest.fixture
def manager(charging):
    return signed_in(make_clerk(merchant=charging.merchant, role="manager").user)


@pytest.fixture
def stays(charging):
    return [
        paid_in_cash(charging.stay("浙A10001", "12:10", 130)),
        charging.stay("浙A10002", "11:00", 60),
    ]


def test_a_manager_plans_and_the_owner_approves(charging, stays, manager, owner):
    draft = make_tariff_draft(charging.tariff, **CAP)
    address = f"/admin/parking/tariffversion/{charging.version.pk}/rerate/"

    planned = act(
        manager, address, rules_from=draft.pk, reason="漏了封顶",
        start="2026-11-20T00:00", end="2026-11-24T12:00",
    )  # fmt: skip
    rerating = Rerating.objects.get()
    assert planned.status_code == 302, text_of(planned)
    assert planned.url == f"{SCREEN}{rerating.pk}/change/"
    assert manager.get(f"{SCREEN}{rerating.pk}/approve/").status_code == 403
    page = text_of(owner.get(planned.url))
    for text in ("待复核", "漏了封顶", "¥8.00", stays[0].public_id):
        assert text in page

    assert act(owner, f"{SCREEN}{rerating.pk}/approve/", note="已核对").status_code == 302
    assert not FeeRefund.objects.exists()
    assert "待处理" in text_of(owner.get(planned.url))


def test_a_period_that_is_refused_is_named_on_the_form(charging, stays, manager):
    draft = make_tariff_draft(charging.tariff, **CAP)

    answer = act(
        manager, f"/admin/parking/tariffversion/{charging.version.pk}/rerate/",
        rules_from=draft.pk, reason="漏了封顶", start="2026-11-20T00:00", end="2026-11-25T12:00",
    )  # fmt: skip

    assert answer.status_code == 422
    assert "入场时段须在该版本的有效期内" in text_of(answer)


def test_what_came_of_each_stay_is_downloaded(charging, stays, owner):
    rerating = plan(charging, make_tariff_draft(charging.tariff, **CAP))

    answer = act(owner, f"{SCREEN}{rerating.pk}/answers/")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert len(rows) == 3
    assert stays[0].public_id in rows[1]
    assert "18.00,10.00,18.00,8.00,待处理,0.00" in rows[1]


def test_another_operators_rerating_is_not_there(charging, stays):
    rerating = plan(charging, make_tariff_draft(charging.tariff, **CAP))
    stranger = signed_in(make_clerk(role="owner").user)

    assert stranger.get(f"{SCREEN}{rerating.pk}/change/").status_code in {302, 404}
    assert rerating.public_id not in text_of(stranger.get(SCREEN))
