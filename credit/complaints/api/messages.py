"""Messages within a complaint, and what a shopper is to hear of all cases."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from credit.complaints import errors
from credit.complaints import services as complaints
from credit.complaints.api import examples_contact as examples
from credit.complaints.api.schemas_contact import (
    CaseMessageIn,
    CaseMessageOut,
    CaseMessagePage,
    CaseNoticeOut,
    CaseNoticePage,
    NoticeFilters,
    NoticesReadIn,
    ReadOut,
)
from credit.complaints.api.shopper import PAGE
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseMessage, CaseNotice
from credit.complaints.queries.cases import case_of
from credit.complaints.queries.messages import messages_of, shopper_notices
from credit.complaints.texts import notice_text
from district.kernel.errors import NotFound, TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import cached_serializer, cursor_page
from district.members.api.base import ShopperView

SHOPPER = CaseActor.SHOPPER
_READ = OpenApiExample("example", {"read": 1}, response_only=True)


def _message(message: CaseMessage) -> Any:
    return cached_serializer(CaseMessageOut).to_representation(message)


def _notice(notice: CaseNotice) -> Any:
    notice.text = notice_text(notice.kind, notice.code)  # type: ignore[attr-defined]
    return cached_serializer(CaseNoticeOut).to_representation(notice)


class ComplaintMessages(ShopperView):
    """/api/v1/me/complaints/{case}/messages: the oldest first; a POST writes to the merchant through the district.

    Numbers of phones and cards, addresses and names are masked before anybody reads them. Closed cases are read only.
    """

    refusals = (
        *ShopperView.refusals,
        NotFound,
        TooManyRequests,
        errors.MessagesClosed,
        errors.TooManyMessages,
    )

    @extend_schema(
        operation_id="complaint_messages",
        summary="投诉留言",
        responses=CaseMessagePage,
        parameters=PAGE,
        tags=["complaints"],
    )
    def get(self, request: Request, case: str) -> Response:
        rows = messages_of(case_of(self.member, case), SHOPPER)
        return Response(cursor_page(request, rows, order=["id"], render=_message))

    @extend_schema(
        operation_id="send_complaint_message",
        summary="给商户留言",
        request=CaseMessageIn,
        responses={201: CaseMessageOut},
        examples=[
            OpenApiExample("message", examples.MESSAGE_IN, request_only=True),
            OpenApiExample("example", examples.MESSAGE, response_only=True, status_codes=["201"]),
        ],
        tags=["complaints"],
    )
    def post(self, request: Request, case: str) -> Response:
        asked = self.request_data(CaseMessageIn)
        found = case_of(self.member, case)
        key = self.idempotency_key(f"member:{self.member.pk}:case_message", case=case, **asked)
        rate_limits.hit("case_message_member", self.member.pk)
        message = complaints.send_message(
            case=found, actor=SHOPPER, by=self.member.user, text=asked["text"], key=key
        )
        return Response(_message(message), status.HTTP_201_CREATED)


class ReadComplaintMessages(ShopperView):
    """POST /api/v1/me/complaints/{case}/messages/read: all that came is read."""

    keyed = False
    refusals = (*ShopperView.refusals, NotFound)

    @extend_schema(
        operation_id="read_complaint_messages",
        summary="标记留言已读",
        request=None,
        responses={200: ReadOut},
        examples=[_READ],
        tags=["complaints"],
    )
    def post(self, request: Request, case: str) -> Response:
        found = case_of(self.member, case)
        count = complaints.read_messages(case=found, actor=SHOPPER, by=self.member.user)
        return Response({"read": count})


class MyCaseNotices(ShopperView):
    """GET /api/v1/me/case-notices: progress, reminders and new messages of all cases, the newest first."""

    @extend_schema(
        operation_id="my_case_notices",
        summary="投诉通知",
        responses=CaseNoticePage,
        parameters=[*PAGE, NoticeFilters],
        examples=[
            OpenApiExample(
                "example", {"results": [examples.NOTICE], "next": None}, response_only=True
            )
        ],
        tags=["complaints"],
    )
    def get(self, request: Request) -> Response:
        filters = NoticeFilters(data=request.query_params.dict())
        filters.is_valid(raise_exception=True)
        rows = shopper_notices(self.member)
        if "unread" in filters.validated_data:
            rows = rows.filter(reading=None)
        return Response(cursor_page(request, rows, order=["-id"], render=_notice))


class ReadCaseNotices(ShopperView):
    """POST /api/v1/me/case-notices/read: these were seen; ids of nobody or somebody else are passed over."""

    keyed = False

    @extend_schema(
        operation_id="read_case_notices",
        summary="标记通知已读",
        request=NoticesReadIn,
        responses={200: ReadOut},
        examples=[OpenApiExample("notices", examples.NOTICES_READ, request_only=True), _READ],
        tags=["complaints"],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(NoticesReadIn)
        count = complaints.read_notices(member=self.member, notices=asked["notices"])
        return Response({"read": count})
