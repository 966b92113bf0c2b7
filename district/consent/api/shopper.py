"""/api/v1/me/consents: what the member agreed to, on which text; each switch is set by itself, by one call."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.consent import errors
from district.consent import services as consent
from district.consent.api import examples
from district.consent.api.schemas import (
    ConsentAddressIn,
    ConsentGrantIn,
    ConsentSwitchOut,
    NoticeOut,
    NoticeServedIn,
    NoticeServedOut,
)
from district.consent.event_posting import ControlContext
from district.consent.queries import ConsentSwitch, released_notice, switch_at, switches_of
from district.consent.values import ConsentAddress
from district.kernel.errors import DomainError, NotFound
from district.kernel.http.api import ApiView, cached_serializer
from district.members.api.base import ShopperView
from district.merchants.models import Merchant

_TAGS = ["consent"]


def _out(switch: ConsentSwitch) -> Any:
    return cached_serializer(ConsentSwitchOut).to_representation(switch)


def _examples(request: Any, answer: Any) -> list[OpenApiExample]:
    return [
        OpenApiExample("request", request, request_only=True),
        OpenApiExample("example", answer, response_only=True, status_codes=["200"]),
    ]


class MyConsents(ShopperView):
    """GET /api/v1/me/consents"""

    @extend_schema(
        operation_id="my_consents",
        summary="我的授权",
        responses=inline_serializer("ConsentSwitchList", {"results": ConsentSwitchOut(many=True)}),
        examples=[OpenApiExample("example", {"results": [examples.SWITCH]}, response_only=True)],
        tags=_TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response({"results": [_out(switch) for switch in switches_of(self.member)]})


class ConsentNotice(ApiView):
    """GET /api/v1/consent/notices/{notice}: a text that was released, word by word."""

    refusals = (NotFound,)

    @extend_schema(
        operation_id="read_consent_notice",
        summary="告知文本",
        auth=[],
        responses={200: NoticeOut},
        examples=[OpenApiExample("example", examples.NOTICE, response_only=True)],
        tags=_TAGS,
    )
    def get(self, request: Request, notice: str) -> Response:
        return Response(NoticeOut(released_notice(notice)).data)


class ServedNotice(ShopperView):
    """POST /api/v1/me/consents/notices/{notice}/served: this text was shown; a yes names it."""

    refusals = (*ShopperView.refusals, NotFound)

    @extend_schema(
        operation_id="serve_consent_notice",
        summary="记录已展示的告知",
        request=NoticeServedIn,
        responses={201: NoticeServedOut},
        examples=[
            OpenApiExample("request", examples.SERVE_IN, request_only=True),
            OpenApiExample("example", examples.SERVED, response_only=True, status_codes=["201"]),
        ],
        tags=_TAGS,
    )
    def post(self, request: Request, notice: str) -> Response:
        asked = self.request_data(NoticeServedIn)
        key = self.idempotency_key(f"member:{self.member.pk}:notice", notice=notice, **asked)
        served = consent.serve_notice(member=self.member.pk, notice=notice, key=key, **asked)
        return Response(NoticeServedOut(served).data, status.HTTP_201_CREATED)


class _SwitchView(ShopperView):
    """Sets one switch and tells how it stands."""

    refusals: ClassVar[tuple[type[DomainError], ...]] = (
        *ShopperView.refusals,
        NotFound,
        errors.ConsentAddressInvalid,
    )

    def _terms(self, act: str, asked: dict[str, Any]) -> dict[str, Any]:
        """What every verb is told. Raises NotFound for a merchant that does not exist."""
        key = self.idempotency_key(f"member:{self.member.pk}:{act}", **asked)
        return {
            "member": self.member.pk,
            "address": _address(asked),
            "key": key,
            "context": ControlContext(control_id=asked.get("control_id", "")),
        }

    def _answer(self, address: ConsentAddress) -> Response:
        return Response(_out(switch_at(self.member, address)))


def _address(asked: dict[str, Any]) -> ConsentAddress:
    merchant = None
    if "merchant" in asked:
        row = Merchant.objects.filter(public_id=asked["merchant"]).only("pk").first()
        if row is None:
            raise NotFound
        merchant = row.pk
    return ConsentAddress(asked["purpose"], merchant, asked["channel"])


class GrantConsent(_SwitchView):
    """POST /api/v1/me/consents/grant"""

    refusals = (
        *_SwitchView.refusals,
        errors.ConsentClosedToMinor,
        errors.NoticeNotServed,
        errors.NoticeReplaced,
    )

    @extend_schema(
        operation_id="grant_consent",
        summary="同意",
        request=ConsentGrantIn,
        responses={200: ConsentSwitchOut},
        examples=_examples(examples.GRANT_IN, examples.SWITCH),
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(ConsentGrantIn)
        terms = self._terms("grant_consent", asked)
        consent.grant_consent(served=asked["served"], **terms)
        return self._answer(terms["address"])


class DenyConsent(_SwitchView):
    """POST /api/v1/me/consents/deny: no; nobody asks again for 90 days."""

    @extend_schema(
        operation_id="deny_consent",
        summary="拒绝",
        request=ConsentAddressIn,
        responses={200: ConsentSwitchOut},
        examples=_examples(examples.ADDRESS_IN, examples.OFF),
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        terms = self._terms("deny_consent", self.request_data(ConsentAddressIn))
        consent.deny_consent(**terms)
        return self._answer(terms["address"])


class WithdrawConsent(_SwitchView):
    """POST /api/v1/me/consents/withdraw: without a reason, with effect at once."""

    @extend_schema(
        operation_id="withdraw_consent",
        summary="撤回同意",
        request=ConsentAddressIn,
        responses={200: ConsentSwitchOut},
        examples=_examples(examples.ADDRESS_IN, examples.OFF),
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        terms = self._terms("withdraw_consent", self.request_data(ConsentAddressIn))
        consent.withdraw_consent(**terms)
        return self._answer(terms["address"])
