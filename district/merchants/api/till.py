"""/api/v1/till: who am I, and who is at my counter."""

from http import HTTPStatus

from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import clock
from district.kernel.errors import TokenExpired, TokenInvalid, TokenUsed, TooManyRequests
from district.kernel.http import rate_limits
from district.members.queries import phone_masked
from district.merchants import services as merchants
from district.merchants.api import examples
from district.merchants.api.base import TillView
from district.merchants.api.schemas_till import LookUpByCodeIn, LookUpByPhoneIn, LookUpOut, TillOut
from district.merchants.errors import (
    MemberNotFound,
    StoreIsClosed,
    StoreNotInAlliance,
    StoreNotYours,
)
from district.merchants.models import Store
from district.merchants.services import OpenedVisit


class TillInfo(TillView):
    """GET /api/v1/till: what this key may do, and the server's time."""

    @extend_schema(
        operation_id="read_till",
        tags=["till"],
        summary="本收银台：商户、门店、服务器时间",
        responses=TillOut,
        examples=[OpenApiExample("till", examples.TILL, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        till = self.till
        body = {
            "key": till,
            "merchant": {
                "public_id": till.merchant.public_id,
                "name": till.merchant.name,
                "in_alliance": till.in_alliance,
            },
            "stores": till.stores.values(),
            "server_time": clock.now(),
        }
        return Response(TillOut(body).data)


class LookUpMember(TillView):
    """POST /api/v1/till/members/lookup: who is at the counter.

    A card code is used up and opens a visit of ten minutes in this store; the same key and code
    give the same visit again. A phone number shows a masked member who may only earn.
    """

    refusals = (
        *TillView.refusals,
        StoreNotYours,
        StoreIsClosed,
        StoreNotInAlliance,
        MemberNotFound,
        TokenInvalid,
        TokenExpired,
        TokenUsed,
        TooManyRequests,
    )

    @extend_schema(
        operation_id="look_up_member",
        tags=["till"],
        summary="识别会员：扫会员码开始到店，或凭手机号仅可积分",
        request=PolymorphicProxySerializer(
            component_name="LookUpIn",
            serializers=[LookUpByCodeIn, LookUpByPhoneIn],
            resource_type_field_name=None,
        ),
        responses={HTTPStatus.CREATED: LookUpOut, HTTPStatus.OK: LookUpOut},
        examples=[
            OpenApiExample(
                "by card code", {"store": examples.STORE_ID, "code": "AEAYQ…"}, request_only=True
            ),
            OpenApiExample(
                "by phone", {"store": examples.STORE_ID, "phone": "13800138000"}, request_only=True
            ),
            OpenApiExample(
                "visit", examples.LOOK_UP_BY_CODE, response_only=True, status_codes=["201"]
            ),
            OpenApiExample(
                "no visit", examples.LOOK_UP_BY_PHONE, response_only=True, status_codes=["200"]
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        by_phone = isinstance(request.data, dict) and "phone" in request.data
        body = self.request_data(LookUpByPhoneIn if by_phone else LookUpByCodeIn)
        key = self.key("look_up", **body)
        store = self.till.store(body["store"])
        rate_limits.hit("look_up_till", self.till.key_id)
        # Whoever has guessed too often must not be told when a guess was right.
        rate_limits.require_within_limit("look_up_miss_till", self.till.key_id)
        try:
            if by_phone:
                return self._by_phone(store, body["phone"])
            opened = merchants.open_visit(till=self.till, store=store, code=body["code"], key=key)
        except (MemberNotFound, TokenInvalid):
            rate_limits.hit("look_up_miss_till", self.till.key_id)
            raise
        return _look_up_result(opened)

    def _by_phone(self, store: Store, phone: str) -> Response:
        rate_limits.hit("look_up_phone_till", self.till.key_id)
        member = merchants.find_by_phone(till=self.till, store=store, phone=phone)
        visible_member = {
            "id": member.public_id,
            "nickname": member.nickname[:1] + "*" * bool(member.nickname),
            "phone_masked": phone_masked(member),
        }
        return Response(LookUpOut({"member": visible_member, "visit": None}).data)


def _look_up_result(opened: OpenedVisit) -> Response:
    member = opened.visit.member
    visible_member = {
        "id": member.public_id,
        "nickname": member.nickname,
        "phone_masked": phone_masked(member),
    }
    visit = {"token": opened.token, "expires_at": opened.visit.expires_at}
    return Response(LookUpOut({"member": visible_member, "visit": visit}).data, HTTPStatus.CREATED)
