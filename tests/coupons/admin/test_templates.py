"""A campaign from draft to stop in the back office, by the people who may."""

import pytest

from coupons.models import Coupon, CouponTemplate, Redemption, TemplateVersion
from coupons.queries.catalogue import stock_of
from district.kernel.models import AuditLine
from district.members.models import User
from district.members.services.make_operator import make_operator
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import signed_in
from tests.coupons.admin.drafts import VERSIONS, draft_form
from tests.factories.coupons import claim, make_version, redeem
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, make_clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def owner(store):
    return signed_in(make_clerk(merchant=store.merchant).user)


@pytest.fixture
def operator():
    root = User.objects.create_superuser("genben", name="系统管理员甲")
    user = User.objects.create_staff("yunying", name="运营小陈")
    make_operator(user=user, by=root)
    return signed_in(user)


def test_a_merchant_drafts_and_submits_and_the_operator_approves(store, owner, operator):
    drafted = act(owner, f"{VERSIONS}add/", **draft_form(store))
    version = TemplateVersion.objects.get()
    assert drafted.status_code == 302, text_of(drafted)
    assert (version.state, version.face_fen, version.threshold_fen) == ("draft", 500, 2_000)
    assert {(payer.party, payer.bp) for payer in version.funding.all()} == {
        (None, 5_000),
        (store.merchant, 5_000),
    }

    act(owner, f"{VERSIONS}{version.pk}/submit/")
    assert owner.get(f"{VERSIONS}{version.pk}/approve/").status_code == 403
    act(operator, f"{VERSIONS}{version.pk}/approve/", note="同意")

    version.refresh_from_db()
    assert version.state == "published"
    assert stock_of(version) == (100, 100)
    verbs = set(AuditLine.objects.values_list("verb", flat=True))
    assert verbs >= {"create_template", "save_draft", "submit_version", "approve_version"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"only_stores": ["str_x"]}, "str_x"),
        ({"face_yuan": "0"}, "请填写"),
        ({"payer1": "OWN", "payer1_percent": "60"}, "不能超过 100%"),
    ],
)
def test_what_is_wrong_is_said_on_the_form_and_nothing_saved(store, owner, wrong, message):
    wrong = {name: store.merchant_id if value == "OWN" else value for name, value in wrong.items()}
    answer = act(owner, f"{VERSIONS}add/", **draft_form(store, **wrong))

    assert answer.status_code == 422
    assert message in text_of(answer)
    assert not TemplateVersion.objects.exists()
    assert not CouponTemplate.objects.exists()


def test_a_merchant_sees_and_drafts_its_own_alone(store, owner):
    foreign = make_version(merchant=allied_store().merchant)

    assert owner.get(f"{VERSIONS}{foreign.pk}/change/").status_code == 404
    assert owner.get(f"{VERSIONS}{foreign.pk}/stop/").status_code == 404
    answer = act(
        owner, f"{VERSIONS}add/", **draft_form(store, merchant=foreign.template.merchant_id)
    )
    assert answer.status_code == 422


def test_a_new_version_is_copied_and_the_stock_resized(store, owner, operator):
    version = make_version(merchant=store.merchant, stock=10, days_from=0, days=3)

    act(owner, f"{VERSIONS}{version.pk}/resize/", stock_was=10, stock=25)
    refused = act(owner, f"{VERSIONS}{version.pk}/resize/", stock_was=10, stock=30)
    form = draft_form(store, face_yuan="6")
    del form["name"], form["merchant"]
    act(owner, f"{VERSIONS}{version.pk}/new-version/", **form)

    assert stock_of(version) == (25, 25)
    assert (refused.status_code, "25" in text_of(refused)) == (422, True)
    newer = TemplateVersion.objects.get(number=2)
    assert (newer.state, newer.face_fen) == ("draft", 600)


def test_a_stop_and_what_became_of_it(store, owner):
    version = make_version(merchant=store.merchant, payers=[(None, 10_000)])
    redeem(claim(version, make_member()), store=store)

    page = text_of(owner.get(f"{VERSIONS}{version.pk}/change/"))
    act(owner, f"{VERSIONS}{version.pk}/stop/")

    assert "¥5.00" in page
    version.refresh_from_db()
    assert version.state == "stopped"


def test_a_clerk_reverses_on_the_day_and_the_operator_revokes(store, operator):
    cashier = signed_in(make_clerk(merchant=store.merchant, role="cashier").user)
    version = make_version()
    redeem(claim(version, make_member()), store=store)
    redemption = Redemption.objects.get()

    act(cashier, f"/admin/coupons/redemption/{redemption.pk}/reverse/", reason="扫错券")
    redemption.refresh_from_db()
    coupon = Coupon.objects.get()
    assert redemption.reversed_by.startswith("user:")
    assert AuditLine.objects.get(verb="reverse_redemption").actor == redemption.reversed_by
    assert cashier.get(f"/admin/coupons/coupon/{coupon.pk}/revoke/").status_code in {403, 404}
    act(operator, f"/admin/coupons/coupon/{coupon.pk}/revoke/", reason="发错了")

    coupon.refresh_from_db()
    assert coupon.state == "void"
