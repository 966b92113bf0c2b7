"""/api/v1/session and /api/v1/me: what a member does about themselves."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.addresses import client_address
from district.kernel.http.api import ApiView
from district.members import queries
from district.members import services as members
from district.members.api import examples, schemas
from district.members.api.base import ShopperAuthentication, ShopperView
from district.members.errors import (
    AccountClosed,
    ClosingNotPossibleYet,
    PhoneAlreadyBound,
    PhoneNotSupported,
    SignInAgain,
)
from district.wechat import errors as wechat

_WECHAT_ERRORS = (wechat.WechatBusy, wechat.WechatUnavailable, wechat.WechatMisconfigured)


class Session(ApiView):
    """Signing in and out. The code is single-use, so signing in needs no idempotency key."""

    # No ShopperView: who signs in may still carry a token that has ended; it must not be in the way.
    keyed = False
    refusals = (
        wechat.LoginCodeInvalid,
        wechat.LoginCodeUsed,
        wechat.LoginBlocked,
        AccountClosed,
        TooManyRequests,
        SignInAgain,
        *_WECHAT_ERRORS,
    )

    @extend_schema(
        operation_id="sign_in",
        summary="登录：用 wx.login 的 code 换取会话",
        request=schemas.CodeIn,
        responses={201: schemas.SignedInOut},
        examples=[examples.SIGN_IN, examples.SIGNED_IN],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        rate_limits.hit("sign_in_address", client_address(request))
        code = self.request_data(schemas.CodeIn)["code"]
        entered = members.sign_in_with_wechat(code=code)
        body = {
            "token": entered.token,
            "expires_at": entered.expires_at,
            "member": queries.profile(entered.member),
        }
        return Response(schemas.SignedInOut(body).data, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="sign_out",
        summary="退出登录",
        responses={204: None},
        auth=[{"shopper": []}],  # type: ignore[list-item]  # the stub knows OpenAPI's shape wrongly
    )
    def delete(self, request: Request) -> Response:
        _member, session = ShopperAuthentication().authenticate(request)
        members.sign_out(session=session)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Me(ShopperView):
    """The member's own profile."""

    refusals = (*ShopperView.refusals, ClosingNotPossibleYet)

    @extend_schema(
        operation_id="my_profile",
        summary="我的资料",
        responses=schemas.ProfileOut,
        examples=[examples.PROFILE],
    )
    def get(self, request: Request) -> Response:
        return Response(schemas.ProfileOut(queries.profile(self.member)).data)

    @extend_schema(
        operation_id="change_my_profile",
        summary="修改资料：只改提到的项，birthday 为 null 时清除",
        request=schemas.ProfileIn,
        responses=schemas.ProfileOut,
        examples=[examples.CHANGE, examples.PROFILE],
    )
    def patch(self, request: Request) -> Response:
        changes = self.request_data(schemas.ProfileIn)
        key = self.idempotency_key(f"member:{self.member.pk}:update_profile", **changes)
        changed = members.update_profile(member=self.member, key=key, **changes)
        return Response(schemas.ProfileOut(queries.profile(changed)).data)

    @extend_schema(
        operation_id="close_my_account",
        summary="注销账号（暂未开放，如实告知）",
        request=None,
        responses={},
    )
    def delete(self, request: Request) -> Response:
        members.close_account(member=self.member)


class MyPhone(ShopperView):
    """The phone number, as WeChat vouches for it."""

    refusals = (
        *ShopperView.refusals,
        wechat.PhoneCodeInvalid,
        wechat.PhoneCodeUsed,
        PhoneAlreadyBound,
        PhoneNotSupported,
        TooManyRequests,
        *_WECHAT_ERRORS,
    )

    @extend_schema(
        operation_id="bind_my_phone",
        summary="绑定手机号：用 getPhoneNumber 的 code",
        request=schemas.CodeIn,
        responses=schemas.ProfileOut,
        examples=[examples.PHONE, examples.PROFILE],
    )
    def post(self, request: Request) -> Response:
        code = self.request_data(schemas.CodeIn)["code"]
        key = self.idempotency_key(f"member:{self.member.pk}:bind_phone", code=code)
        rate_limits.hit("bind_phone_member", self.member.pk)
        bound = members.bind_phone(member=self.member, code=code, key=key)
        return Response(schemas.ProfileOut(queries.profile(bound)).data)


class MyCard(ShopperView):
    """The member card."""

    @extend_schema(
        operation_id="my_card",
        summary="我的会员卡",
        responses=schemas.CardOut,
        examples=[examples.CARD],
    )
    def get(self, request: Request) -> Response:
        card = {
            "card_no": self.member.card_no,
            "nickname": self.member.nickname,
            "member_since": self.member.joined_at,
        }
        return Response(schemas.CardOut(card).data)


class MyCardCode(ShopperView):
    """The rotating code. A POST, because each call makes a new credential that no cache or prefetch may hold."""

    # Nothing is stored and every call gives another code, so there is nothing a key could repeat.
    keyed = False
    refusals = (*ShopperView.refusals, TooManyRequests)

    @extend_schema(
        operation_id="issue_my_card_code",
        summary="动态会员码：三十秒有效，只能使用一次",
        request=None,
        responses={201: schemas.CardCodeOut},
        examples=[examples.CARD_CODE],
    )
    def post(self, request: Request) -> Response:
        rate_limits.hit("card_code_member", self.member.pk)
        code = members.issue_card_code(member=self.member)
        return Response(schemas.CardCodeOut(code).data, status.HTTP_201_CREATED)
