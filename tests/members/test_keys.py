"""Sealed data: whose key opens it, and what changes when keys do."""

import pytest
from django.core.management import call_command

from district.kernel.security.crypto import Unsealable
from district.members import personal
from district.members.models import Member, MemberKey
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db


def with_birthday(nickname):
    member = make_member(nickname)
    member.birthday_sealed = personal.seal(member, "birthday", "1990-05-01")
    member.save()
    return member


def birthday_of(member):
    member = Member.objects.get(pk=member.pk)
    return personal.unseal(member, "birthday", member.birthday_sealed)


def test_what_one_member_sealed_another_members_key_does_not_open():
    lin, wang = with_birthday("小林"), make_member("小王")
    Member.objects.filter(pk=wang.pk).update(birthday_sealed=lin.birthday_sealed)

    with pytest.raises(Unsealable):
        birthday_of(wang)


def test_what_was_sealed_for_one_field_opens_in_no_other():
    lin = with_birthday("小林")

    with pytest.raises(Unsealable):
        personal.unseal(lin, "phone", lin.birthday_sealed)


def test_without_the_members_key_the_value_is_lost():
    lin = with_birthday("小林")
    lin.key.delete()

    with pytest.raises(MemberKey.DoesNotExist):
        birthday_of(lin)


def test_a_new_master_key_wraps_every_data_key_anew_and_the_old_may_go(settings, capsys):
    people = [with_birthday("小林"), with_birthday("小王")]
    sealed = list(Member.objects.order_by("pk").values_list("birthday_sealed", flat=True))
    newest = {7: b"n" * 32}

    settings.MASTER_KEYS = newest | settings.MASTER_KEYS
    late = with_birthday("小张")
    call_command("rewrap_keys")
    settings.MASTER_KEYS = newest

    assert capsys.readouterr().out == "2 data keys wrapped anew\n"
    assert set(MemberKey.objects.values_list("master_version", flat=True)) == {7}
    assert [birthday_of(person) for person in (*people, late)] == ["1990-05-01"] * 3
    kept = Member.objects.order_by("pk").values_list("birthday_sealed", flat=True)[:2]
    assert [bytes(value or b"") for value in kept] == [bytes(value or b"") for value in sealed]


def test_wrapping_anew_a_second_time_does_nothing(capsys):
    with_birthday("小林")

    call_command("rewrap_keys")

    assert capsys.readouterr().out == "0 data keys wrapped anew\n"


def test_a_master_key_that_is_gone_stops_the_wrapping_and_changes_nothing(settings):
    lin = with_birthday("小林")
    before = bytes(lin.key.wrapped)
    settings.MASTER_KEYS = {7: b"n" * 32}

    with pytest.raises(Unsealable):
        call_command("rewrap_keys")

    assert bytes(MemberKey.objects.get().wrapped) == before
