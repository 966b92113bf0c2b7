"""POST /api/v1/me/phone: the number WeChat vouches for."""

import pytest
from django.db import IntegrityError, connection

from district.kernel import clock
from district.kernel.errors import KeyReused
from district.kernel.idempotency import Key
from district.kernel.models import AuditLine
from district.members import personal, queries
from district.members import services as members
from district.members.errors import PhoneAlreadyBound, PhoneNotSupported
from district.members.models import Member
from tests.factories.members import make_member


@pytest.fixture
def lin(wechat, db):
    return make_member("小林", openid=wechat.openid("小林"))


@pytest.fixture
def wang(wechat, db):
    return make_member("小王", openid=wechat.openid("小王"))


def phone_of(member):
    sealed = Member.objects.get(pk=member.pk).phone_sealed
    return personal.read(member, "phone", sealed)


def key(text, code="any"):
    return Key.of("member:bind_phone", text, code=code)


def test_the_number_is_bound_and_shown_masked(api_of, lin, wechat):
    code = wechat.phone_code(phone="13800001234")

    answer = api_of(lin).post("me/phone", {"code": code}, key="k1")

    assert (answer.status_code, answer.json()["phone"]) == (200, "138****1234")
    assert "13800001234" not in answer.content.decode()
    assert phone_of(lin) == "+8613800001234"
    assert queries.member_by_phone("138 0000 1234") == lin
    assert queries.member_by_phone("+8613800001234") == lin
    assert AuditLine.objects.get().verb == "bind_phone"


def test_the_same_key_gives_the_same_answer_though_the_code_is_spent(api_of, lin, wechat):
    api, code = api_of(lin), wechat.phone_code()
    first = api.post("me/phone", {"code": code}, key="k1")

    again = api.post("me/phone", {"code": code}, key="k1")

    assert (again.status_code, again.json()) == (200, first.json())
    assert wechat.calls("getuserphonenumber") == 1
    assert AuditLine.objects.count() == 1


def test_the_same_key_with_another_code_is_refused_and_nothing_changes(api_of, lin, wechat):
    api = api_of(lin)
    api.post("me/phone", {"code": wechat.phone_code(phone="13800001234")}, key="k1")

    other = api.post("me/phone", {"code": wechat.phone_code(phone="13900001111")}, key="k1")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert phone_of(lin) == "+8613800001234"


def test_a_missing_key_is_refused_before_wechat_is_asked(api_of, lin, wechat):
    answer = api_of(lin).post("me/phone", {"code": wechat.phone_code()})

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert wechat.calls("getuserphonenumber") == 0


def test_a_number_of_another_member_is_refused_and_the_key_stays_free(api_of, lin, wang, wechat):
    api_of(wang).post("me/phone", {"code": wechat.phone_code("小王", phone="13800001234")}, key="w")
    api = api_of(lin)

    refused = api.post("me/phone", {"code": wechat.phone_code(phone="13800001234")}, key="k1")
    with_another = api.post("me/phone", {"code": wechat.phone_code(phone="13900001111")}, key="k1")

    assert (refused.status_code, refused.json()["code"]) == (409, "phone_already_bound")
    assert with_another.json()["phone"] == "139****1111"
    assert phone_of(wang) == "+8613800001234"


def test_the_number_of_a_closed_account_is_free_again(api_of, lin, wang, wechat):
    api_of(wang).post("me/phone", {"code": wechat.phone_code("小王", phone="13800001234")}, key="w")
    Member.objects.filter(pk=wang.pk).update(closed_at=clock.now())

    answer = api_of(lin).post("me/phone", {"code": wechat.phone_code(phone="13800001234")}, key="k")

    assert answer.status_code == 200
    assert queries.member_by_phone("13800001234") == lin


def test_a_new_number_takes_the_place_of_the_old(api_of, lin, wechat):
    api = api_of(lin)
    api.post("me/phone", {"code": wechat.phone_code(phone="13800001234")}, key="k1")
    api.post("me/phone", {"code": wechat.phone_code(phone="13900001111")}, key="k2")

    assert queries.member_by_phone("13800001234") is None
    assert queries.member_by_phone("13900001111") == lin


def test_the_same_number_may_be_bound_again(api_of, lin, wechat):
    api = api_of(lin)
    for name in ("k1", "k2"):
        answer = api.post("me/phone", {"code": wechat.phone_code()}, key=name)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("wechat_number", "seen"),
    [
        ({"phone": "13800001234", "country": "86"}, ("+8613800001234", "138****1234")),
        ({"phone": "51234567", "country": "852"}, ("+85251234567", "+****4567")),
    ],
)
def test_numbers_are_kept_in_one_spelling(api_of, lin, wechat, wechat_number, seen):
    code = wechat.phone_code(**wechat_number)

    answer = api_of(lin).post("me/phone", {"code": code}, key="k1")

    assert (phone_of(lin), answer.json()["phone"]) == seen


@pytest.mark.parametrize(
    ("phone", "country"),
    [("12345678901", "86"), ("110", "86"), ("1", "852"), ("２３４５６７８９", "852")],
)
def test_what_is_no_mobile_number_is_refused(lin, wechat, phone, country):
    code = wechat.phone_code(phone=phone, country=country)

    with pytest.raises(PhoneNotSupported):
        members.bind_phone(member=lin, code=code, key=key("k1"))

    assert phone_of(lin) is None


@pytest.mark.parametrize(
    ("errcode", "problem"),
    [
        (40029, (400, "phone_code_invalid")),
        (40163, (400, "phone_code_used")),
        (45011, (429, "wechat_busy")),
        (-1, (503, "wechat_unavailable")),
        (47001, (503, "wechat_misconfigured")),
    ],
)
def test_what_wechat_refuses_leaves_as_a_problem(api_of, lin, wechat, errcode, problem):
    wechat.trouble("getuserphonenumber", "errcode", number=errcode)

    refused = api_of(lin).post("me/phone", {"code": wechat.phone_code()}, key="k1")

    assert (refused.status_code, refused.json()["code"]) == problem
    assert phone_of(lin) is None


def test_a_code_of_somebody_else_binds_nothing(api_of, lin, wechat):
    refused = api_of(lin).post("me/phone", {"code": wechat.phone_code("小王")}, key="k1")

    assert refused.json()["code"] == "phone_code_invalid"
    assert phone_of(lin) is None


def test_somebody_who_tries_too_often_is_slowed_down(api_of, lin, wechat, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"bind_phone_member": (1, 60)}
    api = api_of(lin)

    codes = [api.post("me/phone", {"code": "x"}, key=str(n)).json()["code"] for n in range(2)]

    assert codes == ["phone_code_invalid", "too_many_requests"]


def test_the_number_cannot_be_read_in_the_table(api_of, lin, wechat):
    api_of(lin).post("me/phone", {"code": wechat.phone_code(phone="13800001234")}, key="k1")

    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(m)::text, m.* from members_member m")
        row = cursor.fetchone()

    for spelling in (b"13800001234", b"+8613800001234", b"0000123"):
        assert spelling.hex() not in row[0]
        assert all(spelling not in bytes(part) for part in row[1:] if isinstance(part, bytes))


def test_the_table_refuses_one_number_for_two_open_members(lin, wang):
    bound = {"phone_hash": b"h" * 32, "phone_sealed": b"s"}
    Member.objects.filter(pk=lin.pk).update(**bound)

    with pytest.raises(IntegrityError, match="phone_of_one_open_member"):
        Member.objects.filter(pk=wang.pk).update(**bound)


@pytest.mark.parametrize("half", [{"phone_hash": b"h"}, {"phone_sealed": b"s"}])
def test_the_table_refuses_half_a_number(lin, half):
    with pytest.raises(IntegrityError, match="phone_sealed_iff_hashed"):
        Member.objects.filter(pk=lin.pk).update(**half)


def test_the_constraint_answers_like_the_check_before_it(lin, wang, wechat, monkeypatch):
    members.bind_phone(
        member=wang, code=wechat.phone_code("小王", phone="13800001234"), key=key("w")
    )
    monkeypatch.setattr(type(Member.objects), "open", lambda manager: manager.none())

    with pytest.raises(PhoneAlreadyBound):
        members.bind_phone(member=lin, code=wechat.phone_code(phone="13800001234"), key=key("k"))


def test_the_verb_refuses_other_terms_too(lin, wechat):
    code = wechat.phone_code()
    members.bind_phone(member=lin, code=code, key=key("k1", code))

    with pytest.raises(KeyReused):
        members.bind_phone(member=lin, code="another", key=key("k1", "another"))
