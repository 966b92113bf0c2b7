"""Members are found and looked at, staff accounts opened and switched off; each asking leaves a line."""

import pytest

from district.kernel.models import AuditLine
from district.members.models import ShopperSession, User
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import PHONE, signed_in, table_digests
from tests.factories.members import PASSWORD, make_member


def last_line():
    return AuditLine.objects.latest("pk")


def test_a_member_is_found_by_full_phone_by_post_and_the_asking_is_written_down(
    two_merchants, operator
):
    answer = act(operator, "/admin/members/member/find-by-phone/", number="138 1234 5678")

    assert answer["Location"] == f"/admin/members/member/{two_merchants.member.pk}/change/"
    line = last_line()
    assert (line.verb, line.actor, line.subject) == (
        "look_up_by_phone",
        f"user:{two_merchants.operator.pk}",
        f"members.member:{two_merchants.member.pk}",
    )
    assert "5678" not in str(AuditLine.objects.values().get(pk=line.pk))


@pytest.mark.parametrize("number", ["13812345679", "5678", "1381234", "x"])
def test_part_of_a_phone_finds_nobody_and_is_written_down_as_well(two_merchants, operator, number):
    before = AuditLine.objects.count()

    answer = act(operator, "/admin/members/member/find-by-phone/", number=number)

    assert (answer.status_code, "没有使用该手机号的会员" in text_of(answer)) == (422, True)
    assert AuditLine.objects.count() == before + 1


def test_a_member_is_found_by_number_and_by_card_and_shown_masked(two_merchants, operator):
    make_member("旁人")

    for term in (
        two_merchants.member.public_id,
        two_merchants.member.card_no,
        two_merchants.member.card_no.replace(" ", ""),
    ):
        page = text_of(operator.get("/admin/members/member/", {"q": term}))
        assert two_merchants.member.public_id in page
        assert "138****5678" in page
        assert "旁人" not in page


@pytest.mark.parametrize(
    "term", [PHONE, "13812345678", "甲乙", "99999999999999999999", "mem_", "%"]
)
def test_the_search_box_takes_whole_numbers_only(two_merchants, operator, term):
    page = text_of(operator.get("/admin/members/member/", {"q": term}))

    assert two_merchants.member.public_id not in page
    assert "没有符合条件的记录" in page


def test_a_members_page_shows_no_openid_no_birthday_and_no_phone(two_merchants, operator):
    page = operator.get(f"/admin/members/member/{two_merchants.member.pk}/change/").content.decode()

    assert two_merchants.member.card_no in page
    assert "138****5678" in page
    assert "12345678" not in page
    assert "openid" not in page


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/", "{pk}/change/"])
def test_members_are_neither_made_changed_nor_deleted_by_hand(two_merchants, operator, path):
    before = table_digests()

    answer = operator.post(
        f"/admin/members/member/{path.format(pk=two_merchants.member.pk)}",
        {"post": "yes", "nickname": "改"},
    )

    assert answer.status_code == 403
    assert table_digests() == before


def test_an_operator_signs_a_member_out_everywhere(two_merchants, operator):
    session = ShopperSession.objects.get(member=two_merchants.member)
    foreign = ShopperSession.objects.create(
        token_hash=b"x" * 32,
        member=make_member("旁人"),
        created_at=session.created_at,
        expires_at=session.expires_at,
        last_used_at=session.last_used_at,
    )
    address = f"/admin/members/member/{two_merchants.member.pk}/end-sessions/"

    refused = act(operator, address, sessions=[session.pk, foreign.pk])
    assert refused.status_code == 422
    act(operator, address, sessions=[session.pk])

    session.refresh_from_db()
    foreign.refresh_from_db()
    assert session.revoked_at is not None
    assert foreign.revoked_at is None
    assert (last_line().verb, last_line().facts) == ("end_sessions", {"sessions": 1})


def test_an_account_is_opened_without_any_right(two_merchants, operator):
    act(
        operator,
        "/admin/members/user/add/",
        username="xinren",
        name="新人",
        password=PASSWORD,
        again=PASSWORD,
        is_superuser="on",
        kind="shopper",
    )

    made = User.objects.get(username="xinren")
    assert (made.kind, made.is_staff, made.is_superuser, made.groups.count()) == (
        "staff",
        True,
        False,
        0,
    )
    assert last_line().verb == "create_staff"
    assert signed_in(made).get("/admin/").status_code == 302


def test_two_different_passwords_open_nothing(two_merchants, operator):
    before = table_digests()

    answer = act(
        operator,
        "/admin/members/user/add/",
        username="xinren",
        name="新人",
        password=PASSWORD,
        again="another-password",
    )

    assert (answer.status_code, "两次输入的密码不一致" in text_of(answer)) == (422, True)
    assert table_digests() == before


def test_an_account_is_switched_off_and_on_and_gets_a_new_password(two_merchants, operator):
    user = two_merchants.first.clerks["cashier"].user
    theirs, base = signed_in(user), f"/admin/members/user/{user.pk}"
    assert theirs.get("/admin/").status_code == 200

    act(operator, f"{base}/switch-off/")
    assert theirs.get("/admin/").status_code == 302
    act(operator, f"{base}/switch-on/")
    assert theirs.get("/admin/").status_code == 200
    act(
        operator, f"{base}/reset-password/", password="a-brand-new-one-9", again="a-brand-new-one-9"
    )
    assert theirs.get("/admin/").status_code == 302

    user.refresh_from_db()
    assert user.check_password("a-brand-new-one-9")


def test_an_operator_does_nothing_to_operators_and_makes_none(two_merchants, operator):
    colleague = User.objects.create_staff("tongshi", name="同事")
    colleague.groups.set(two_merchants.operator.groups.all())
    clerk = two_merchants.first.clerks["owner"].user

    for target in (colleague, two_merchants.root, two_merchants.operator):
        for name in ("reset-password", "switch-off", "make-operator", "unmake-operator"):
            assert operator.get(f"/admin/members/user/{target.pk}/{name}/").status_code == 403
    assert (
        operator.post(
            f"/admin/members/user/{clerk.pk}/make-operator/", {"once": "0" * 32}
        ).status_code
        == 403
    )
    assert not clerk.groups.exists()


def test_only_the_root_makes_and_unmakes_operators(two_merchants):
    root, user = signed_in(two_merchants.root), two_merchants.first.clerks["owner"].user

    act(root, f"/admin/members/user/{user.pk}/make-operator/")
    assert signed_in(user).get("/admin/members/member/").status_code == 200
    act(root, f"/admin/members/user/{user.pk}/unmake-operator/")
    assert signed_in(user).get("/admin/members/member/").status_code == 403
    assert last_line().verb == "unmake_operator"


def test_shoppers_are_not_among_the_accounts(two_merchants, operator):
    listed = operator.get("/admin/members/user/", {"q": two_merchants.member.user.username})

    assert "没有符合条件的记录" in text_of(listed)
    assert (
        operator.get(f"/admin/members/user/{two_merchants.member.user_id}/change/").status_code
        == 404
    )
    assert not User.objects.filter(pk=two_merchants.member.user_id, is_staff=True).exists()


@pytest.mark.parametrize(
    "table",
    [
        "socialaccount/socialaccount",
        "socialaccount/socialapp",
        "account/emailaddress",
        "auth/group",
    ],
)
def test_tables_of_other_packages_are_not_shown(two_merchants, table):
    assert signed_in(two_merchants.root).get(f"/admin/{table}/").status_code == 404
