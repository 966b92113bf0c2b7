"""The gateway against the sandbox server: what WeChat says, and what the district makes of it."""

import pytest

from district.wechat.errors import (
    LoginBlocked,
    LoginCodeInvalid,
    LoginCodeUsed,
    PhoneCodeInvalid,
    PhoneCodeUsed,
    WechatBusy,
    WechatMisconfigured,
    WechatUnavailable,
)
from district.wechat.gateway import VerifiedPhone


def test_a_login_code_tells_who_the_person_is_without_any_access_token(weixin, wechat):
    session = weixin.session_for(wechat.login_code())

    assert session.openid == wechat.openid()
    assert session.unionid is None
    assert wechat.calls("stable_token") == 0


def test_nothing_of_the_session_is_shown_when_it_is_printed(weixin, wechat):
    wechat.control("person", name="小林", unionid="union-of-lin")

    session = weixin.session_for(wechat.login_code())

    assert session.unionid == "union-of-lin"
    assert repr(session) == "WechatSession()"
    assert not hasattr(session, "session_key")


def test_a_login_code_is_good_once(weixin, wechat):
    code = wechat.login_code()
    weixin.session_for(code)

    with pytest.raises(LoginCodeUsed):
        weixin.session_for(code)


def test_a_login_code_is_good_for_five_minutes(weixin, wechat):
    code, late_code = wechat.login_code(), wechat.login_code()
    wechat.control("advance", seconds=299)
    weixin.session_for(code)
    wechat.control("advance", seconds=1)

    with pytest.raises(LoginCodeInvalid):
        weixin.session_for(late_code)


def test_an_invented_code_is_refused(weixin):
    with pytest.raises(LoginCodeInvalid):
        weixin.session_for("0" * 32)


def test_a_person_wechat_distrusts_is_kept_out(weixin, wechat):
    wechat.control("person", name="小林", blocked=True)

    with pytest.raises(LoginBlocked):
        weixin.session_for(wechat.login_code())


def test_a_person_who_signs_in_too_often_is_slowed_down(weixin, wechat):
    wechat.control("quota", route="jscode2session", per_minute=2)
    for _ in range(2):
        weixin.session_for(wechat.login_code())

    with pytest.raises(WechatBusy) as refusal:
        weixin.session_for(wechat.login_code())

    assert (refusal.value.status, refusal.value.retry_after) == (429, 60)


@pytest.mark.parametrize(
    ("errcode", "refusal"),
    [
        (-1, WechatUnavailable),
        (40013, WechatMisconfigured),
        (40029, LoginCodeInvalid),
        (40125, WechatMisconfigured),
        (40163, LoginCodeUsed),
        (40164, WechatMisconfigured),
        (40226, LoginBlocked),
        (41002, WechatMisconfigured),
        (41004, WechatMisconfigured),
        (41008, WechatMisconfigured),
        (45009, WechatUnavailable),
        (45011, WechatBusy),
        (99999, WechatUnavailable),
    ],
)
def test_each_errcode_of_a_sign_in_has_its_refusal(weixin, wechat, errcode, refusal):
    wechat.trouble("jscode2session", "errcode", number=errcode)

    with pytest.raises(refusal) as raised:
        weixin.session_for(wechat.login_code())

    assert type(raised.value) is refusal
    assert wechat.calls("jscode2session") == 1


@pytest.mark.parametrize(
    ("errcode", "refusal"),
    [
        (-1, WechatUnavailable),
        (40013, PhoneCodeInvalid),
        (40029, PhoneCodeInvalid),
        (40163, PhoneCodeUsed),
        (45011, WechatBusy),
        (47001, WechatMisconfigured),
    ],
)
def test_each_errcode_of_a_phone_number_has_its_refusal(weixin, wechat, errcode, refusal):
    wechat.trouble("getuserphonenumber", "errcode", number=errcode)

    with pytest.raises(refusal) as raised:
        weixin.phone_for(wechat.phone_code(), wechat.openid())

    assert type(raised.value) is refusal


@pytest.mark.django_db
def test_a_wrong_secret_of_ours_is_not_the_callers_fault(client_of, wechat, caplog):
    with pytest.raises(WechatMisconfigured) as refusal:
        client_of(secret="another").session_for(wechat.login_code())

    assert refusal.value.status == 503
    assert [(r.levelname, r.errcode) for r in caplog.records if r.name == "district.wechat"] == [
        ("ERROR", 40125)
    ]


@pytest.mark.parametrize("country_as_number", [False, True])
def test_a_phone_code_tells_the_number_however_wechat_writes_the_country(
    weixin, wechat, country_as_number
):
    wechat.control("dialect", country_as_number=country_as_number)
    code = wechat.phone_code(phone="13800001234")

    assert weixin.phone_for(code, wechat.openid()) == VerifiedPhone(
        number="13800001234", country="86"
    )


def test_a_foreign_number_comes_without_its_area_code(weixin, wechat):
    code = wechat.phone_code(phone="51234567", country="852")

    assert weixin.phone_for(code, wechat.openid()) == VerifiedPhone(
        number="51234567", country="852"
    )


def test_a_phone_code_is_good_once(weixin, wechat):
    code = wechat.phone_code()
    weixin.phone_for(code, wechat.openid())

    with pytest.raises(PhoneCodeUsed):
        weixin.phone_for(code, wechat.openid())


def test_a_phone_code_of_somebody_else_is_refused_and_stays_theirs(weixin, wechat):
    code = wechat.phone_code("小王", phone="13900001111")

    with pytest.raises(PhoneCodeInvalid):
        weixin.phone_for(code, wechat.openid("小林"))

    assert weixin.phone_for(code, wechat.openid("小王")).number == "13900001111"


def test_a_login_code_is_no_phone_code(weixin, wechat):
    with pytest.raises(PhoneCodeInvalid):
        weixin.phone_for(wechat.login_code(), wechat.openid())


def test_a_mini_program_code_is_a_picture(weixin):
    assert weixin.mini_code("m=4nQz81", "pages/index/index").startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(("scene", "page"), [("会员", "pages/index/index"), ("m=1", "pages/lost")])
def test_a_mini_program_code_wechat_refuses_is_our_mistake(weixin, scene, page):
    with pytest.raises(WechatMisconfigured):
        weixin.mini_code(scene, page)
