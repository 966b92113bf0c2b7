"""/api/v1/till/complaints/{case}/messages: a merchant's system writes to the shopper through the district, and reads."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from credit.complaints import errors
from credit.complaints import services as complaints
from credit.complaints.api import examples_contact as examples
from credit.complaints.api.merchant import case_for_till
from credit.complaints.api.oversight import CONSENT_EXAMPLES, ConsentIn, ConsentOut
from credit.complaints.api.schemas_contact import (
    CaseMessageIn,
    MerchantMessageOut,
    MerchantMessagePage,
    ReadOut,
)
from credit.complaints.api.shopper import PAGE
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseMessage
from credit.complaints.queries.messages import messages_of
from district.kernel.errors import NotFound
from district.kernel.http.api import cached_serializer, cursor_page
from district.merchants.api.base import TillView

MERCHANT = CaseActor.MERCHANT
_SENT = {
    **examples.MESSAGE,
    "text": "周六下午可以，请到店找值班经理。",
    "is_masked": False,
    "state": "sent",
    "sent_at": "2026-06-01T09:00:00+08:00",
}


def _message(message: CaseMessage) -> Any:
    return cached_serializer(MerchantMessageOut).to_representation(message)


class MerchantMessages(TillView):
    """The oldest first; contact data is masked on either way. Closed cases are read only."""

    refusals = (
        *TillView.refusals,
        NotFound,
        errors.CaseNotYours,
        errors.MessagesClosed,
        errors.TooManyMessages,
    )

    @extend_schema(
        operation_id="merchant_messages",
        summary="投诉留言",
        responses=MerchantMessagePage,
        parameters=PAGE,
        tags=["complaints"],
    )
    def get(self, request: Request, case: str) -> Response:
        rows = messages_of(case_for_till(self.till, case), MERCHANT)
        return Response(cursor_page(request, rows, order=["id"], render=_message))

    @extend_schema(
        operation_id="send_merchant_message",
        summary="给消费者留言",
        request=CaseMessageIn,
        responses={201: MerchantMessageOut},
        examples=[
            OpenApiExample("message", {"text": _SENT["text"]}, request_only=True),
            OpenApiExample("example", _SENT, response_only=True, status_codes=["201"]),
        ],
        tags=["complaints"],
    )
    def post(self, request: Request, case: str) -> Response:
        asked = self.request_data(CaseMessageIn)
        found = case_for_till(self.till, case)
        message = complaints.send_message(
            case=found,
            actor=MERCHANT,
            by=self.till,
            text=asked["text"],
            key=self.key("case_message", case=case, **asked),
        )
        return Response(_message(message), status.HTTP_201_CREATED)


class MerchantReadMessages(TillView):
    """POST /api/v1/till/complaints/{case}/messages/read: all that came is read."""

    keyed = False
    refusals = (*TillView.refusals, NotFound, errors.CaseNotYours)

    @extend_schema(
        operation_id="read_merchant_messages",
        summary="标记留言已读",
        request=None,
        responses={200: ReadOut},
        examples=[OpenApiExample("example", {"read": 1}, response_only=True)],
        tags=["complaints"],
    )
    def post(self, request: Request, case: str) -> Response:
        found = case_for_till(self.till, case)
        count = complaints.read_messages(case=found, actor=MERCHANT, by=self.till)
        return Response({"read": count})


class MerchantConsentToMediation(TillView):
    """POST /api/v1/till/complaints/{case}/mediation-consent: once."""

    refusals = (
        *TillView.refusals,
        NotFound,
        errors.CaseNotInState,
        errors.CaseNotYours,
        errors.ConsentGiven,
    )

    @extend_schema(
        operation_id="merchant_consent_to_mediation",
        summary="商户是否同意调解",
        request=ConsentIn,
        responses={200: ConsentOut},
        examples=CONSENT_EXAMPLES,
        tags=["complaints"],
    )
    def post(self, request: Request, case: str) -> Response:
        asked = self.request_data(ConsentIn)
        found = case_for_till(self.till, case)
        consent = complaints.consent_to_mediation(
            case=found,
            actor=MERCHANT,
            by=self.till,
            agrees=asked["agrees"],
            key=self.key("mediation_consent", case=case, **asked),
        )
        return Response(cached_serializer(ConsentOut).to_representation(consent))
