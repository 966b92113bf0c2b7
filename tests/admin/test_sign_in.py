"""Who gets into the back office, by which door, and who does not."""

import pytest
from django.test import Client

from district.kernel.models import AuditLine
from district.members import services as members
from district.members.models import User
from tests.admin.action_forms import text_of
from tests.factories.members import PASSWORD


@pytest.fixture
def staff(two_merchants):
    user = two_merchants.second.clerks["owner"].user
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, user, password=PASSWORD):
    return client.post("/admin/login/", {"username": user.username, "password": password})


def test_signing_in_leads_to_the_dashboard_and_leaves_a_line(staff):
    client = Client()

    answer = sign_in(client, staff)

    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    line = AuditLine.objects.latest("pk")
    assert (line.verb, line.actor) == ("sign_in_admin", f"user:{staff.pk}")


def test_guessing_is_slowed_down_for_a_name_and_an_address_together(staff, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"admin_sign_in": (2, 300)}
    client, elsewhere = Client(), Client(REMOTE_ADDR="203.0.113.9")

    answers = [sign_in(client, staff, "wrong") for _ in range(3)]
    right = sign_in(client, staff)
    from_elsewhere = sign_in(elsewhere, staff)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (right.status_code, int(right["Retry-After"]) in range(1, 301)) == (429, True)
    assert "操作过于频繁" in text_of(right)
    assert from_elsewhere.status_code == 302


def test_somebody_without_post_or_right_is_not_let_in(two_merchants):
    user = User.objects.create_staff("sanren", PASSWORD)
    client = Client()

    answer = sign_in(client, user)

    assert (answer.status_code, "没有后台权限" in text_of(answer)) == (200, True)
    assert "sessionid" not in client.cookies


def test_a_shopper_never_gets_in(two_merchants):
    shopper = two_merchants.member.user
    shopper.set_password(PASSWORD)
    shopper.save()
    client = Client()

    assert sign_in(client, shopper).status_code == 200
    client.force_login(shopper, backend="district.members.backends.StaffBackend")
    assert client.get("/admin/").status_code == 302
    other = Client()
    other.cookies["sessionid"] = members.open_session(member=two_merchants.member).token
    assert other.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "address", ["/api/v1/me", "/api/v1/me/points", "/api/v1/till", "/api/v1/till/receipts"]
)
def test_a_staff_session_is_nobody_for_the_api(operator, address):
    method = operator.post if address.endswith("receipts") else operator.get

    answer = method(address, content_type="application/json")

    assert answer.status_code == 401
    assert answer["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        ("/admin/loyalty/nothing/", 404, "没有找到"),
        ("/admin/merchants/store/?x=1", 400, "请求内容有误"),
    ],
)
def test_even_errors_are_pages_in_chinese(operator, address, status, message):
    answer = operator.get(address)

    assert answer.status_code == status
    assert message in text_of(answer)
