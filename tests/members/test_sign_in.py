"""Coming in through WeChat."""

import pytest
from allauth.socialaccount.models import SocialAccount

from district.kernel import clock
from district.kernel.security.crypto import lookup_hash
from district.members import personal, queries
from district.members import services as members
from district.members.errors import AccountClosed
from district.members.models import Member, ShopperSession, User, WechatIdentity
from district.wechat.errors import LoginCodeUsed, WechatUnavailable
from tests.factories.members import make_member
from tests.wechat.fixtures import APPID

pytestmark = pytest.mark.django_db


def test_the_first_visit_makes_a_member_and_opens_a_session(wechat):
    entered = members.sign_in_with_wechat(code=wechat.login_code())

    member = Member.objects.get()
    assert entered.member == member
    assert queries.live_session(entered.token).member == member
    assert member.nickname == f"会员{member.card_no[-4:]}"
    assert member.user.kind == User.Kind.SHOPPER


def test_the_second_visit_finds_the_member_and_opens_another_session(wechat):
    first = members.sign_in_with_wechat(code=wechat.login_code())
    second = members.sign_in_with_wechat(code=wechat.login_code())

    assert second.member == first.member
    assert second.token != first.token
    assert queries.live_session(first.token).member == first.member
    assert (User.objects.count(), ShopperSession.objects.count()) == (1, 2)


def test_two_people_are_two_members(wechat):
    lin = members.sign_in_with_wechat(code=wechat.login_code("小林"))
    wang = members.sign_in_with_wechat(code=wechat.login_code("小王"))

    assert lin.member != wang.member


def test_a_code_cannot_be_used_again_and_nothing_is_made(wechat):
    code = wechat.login_code()
    members.sign_in_with_wechat(code=code)

    with pytest.raises(LoginCodeUsed):
        members.sign_in_with_wechat(code=code)

    assert (Member.objects.count(), ShopperSession.objects.count()) == (1, 1)


def test_nothing_is_made_while_wechat_is_away(wechat):
    wechat.trouble("jscode2session", "http", number=500)

    with pytest.raises(WechatUnavailable):
        members.sign_in_with_wechat(code=wechat.login_code())

    assert not User.objects.exists()


def test_the_openid_stands_in_one_place_and_only_sealed(wechat):
    member = members.sign_in_with_wechat(code=wechat.login_code()).member
    openid = wechat.openid()

    identity, account = WechatIdentity.objects.get(), SocialAccount.objects.get()

    assert personal.unseal(member, "openid", identity.openid_sealed) == openid
    assert bytes(identity.openid_hash) == lookup_hash("openid", f"{APPID}:{openid}")
    assert account.uid == bytes(identity.openid_hash).hex()
    assert account.extra_data == {}
    assert openid.encode() not in bytes(identity.openid_sealed)
    assert openid not in f"{vars(member)} {vars(member.user)} {vars(account)}"


def test_the_unionid_is_kept_as_a_hash_only(wechat):
    wechat.control("person", name="小林", unionid="union-of-lin")

    members.sign_in_with_wechat(code=wechat.login_code())

    kept = WechatIdentity.objects.get().unionid_hash or b""
    assert bytes(kept) == lookup_hash("unionid", "union-of-lin")


def test_a_shopper_has_no_password_and_a_name_that_says_nothing(wechat):
    user = members.sign_in_with_wechat(code=wechat.login_code()).member.user

    assert not user.has_usable_password()
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert user.username.startswith("usr_")
    assert len(user.username) == 26


def test_somebody_who_closed_the_account_is_told_so_and_gets_no_session(wechat):
    member = members.sign_in_with_wechat(code=wechat.login_code()).member
    Member.objects.filter(pk=member.pk).update(closed_at=clock.now())

    with pytest.raises(AccountClosed):
        members.sign_in_with_wechat(code=wechat.login_code())

    assert ShopperSession.objects.count() == 1


def test_the_token_is_shown_once_and_kept_nowhere(wechat):
    entered = members.sign_in_with_wechat(code=wechat.login_code())

    session = ShopperSession.objects.get()

    assert entered.token not in repr(entered)
    assert entered.token not in str(vars(session))
    assert len(bytes(session.token_hash)) == 32


def test_two_people_with_one_nickname_are_told_apart(db):
    assert make_member("小林") != make_member("小林")
