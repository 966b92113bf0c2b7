"""Accounts of staff: made, given a new password, switched off and on."""

import pytest
from django.test import Client

from district.kernel.errors import KeyReused
from district.kernel.idempotency import Key
from district.kernel.models import AuditLine
from district.members import services as members
from district.members.errors import AccountNotStaff, PasswordTooWeak, UsernameTaken
from district.members.models import User
from tests.factories.members import PASSWORD, make_operator, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return make_operator()


def account_values(**changes):
    return {"username": "wang", "name": "王", "password": PASSWORD} | changes


def key(**terms):
    return Key.of("user:1:create_staff", "k1", **terms)


def verbs_on(user):
    lines = AuditLine.objects.filter(subject=f"members.user:{user.pk}")
    return list(lines.order_by("pk").values_list("verb", flat=True))


def test_a_new_account_is_staff_without_rights_and_leaves_an_audit_line(boss):
    made = members.create_staff(**account_values(), by=boss, key=key())

    line = AuditLine.objects.get()
    assert (made.kind, made.is_staff, made.is_superuser) == (User.Kind.STAFF, True, False)
    assert made.check_password(PASSWORD)
    assert (line.verb, line.actor, line.subject) == (
        "create_staff",
        f"user:{boss.pk}",
        f"members.user:{made.pk}",
    )
    assert line.facts == {}


def test_the_same_key_makes_one_account(boss):
    first = members.create_staff(**account_values(), by=boss, key=key())

    assert members.create_staff(**account_values(), by=boss, key=key()) == first
    assert AuditLine.objects.count() == 1


def test_the_same_key_for_another_account_is_refused(boss):
    members.create_staff(**account_values(), by=boss, key=key(username="wang"))

    with pytest.raises(KeyReused):
        members.create_staff(**account_values(username="li"), by=boss, key=key(username="li"))

    assert not User.objects.filter(username="li").exists()


def test_a_taken_name_is_refused_in_any_spelling(boss):
    with pytest.raises(UsernameTaken) as refusal:
        members.create_staff(**account_values(username="YunYing"), by=boss, key=key())

    assert refusal.value.facts == {"username": "YunYing"}
    assert User.objects.count() == 1


@pytest.mark.parametrize("weak", ["short", "12345678901", "password123", "wangwang", ""])
def test_a_weak_password_is_refused_and_nothing_is_made(boss, weak):
    with pytest.raises(PasswordTooWeak):
        members.create_staff(
            **account_values(username="wangwang", password=weak), by=boss, key=key()
        )

    assert not User.objects.filter(username="wangwang").exists()
    assert not AuditLine.objects.exists()


def test_a_new_password_puts_out_whoever_is_signed_in(boss):
    other, client = make_operator("other"), Client()
    client.force_login(other)

    members.set_staff_password(user=other, password="another-long-password", by=boss)

    other.refresh_from_db()
    assert other.check_password("another-long-password")
    assert client.get("/admin/").status_code == 302
    assert verbs_on(other) == ["set_staff_password"]


def test_a_weak_new_password_changes_nothing(boss):
    wang = make_staff("wang")

    with pytest.raises(PasswordTooWeak):
        members.set_staff_password(user=wang, password="12345", by=boss)

    wang.refresh_from_db()
    assert wang.check_password(PASSWORD)


def test_an_account_is_switched_off_and_on_and_saying_it_twice_changes_nothing(boss):
    wang = make_staff("wang")

    off = [members.switch_off_staff(user=wang, by=boss).is_active for _ in range(2)]
    on = [members.switch_on_staff(user=wang, by=boss).is_active for _ in range(2)]

    assert (off, on) == ([False, False], [True, True])
    assert verbs_on(wang) == ["switch_off_staff", "switch_on_staff"]


@pytest.mark.parametrize("verb", [members.switch_off_staff, members.switch_on_staff])
def test_a_shopper_is_no_account_to_switch(boss, member, verb):
    with pytest.raises(AccountNotStaff):
        verb(user=member.user, by=boss)

    member.user.refresh_from_db()
    assert member.user.is_active


def test_a_shopper_is_given_no_password(boss, member):
    with pytest.raises(AccountNotStaff):
        members.set_staff_password(user=member.user, password=PASSWORD, by=boss)

    member.user.refresh_from_db()
    assert not member.user.has_usable_password()
