"""/api/v1/me/complaint-drafts: complaints that a shopper is still writing."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from credit.complaints import errors
from credit.complaints import services as complaints
from credit.complaints.api import examples_contact as examples
from credit.complaints.api.schemas import CaseDetailOut
from credit.complaints.api.schemas_contact import (
    ComplaintDraftIn,
    ComplaintDraftList,
    ComplaintDraftOut,
)
from credit.complaints.api.shopper import CREATED, case_body
from credit.complaints.models import ComplaintDraft
from credit.complaints.queries.drafts import draft_of, drafts_of
from credit.complaints.queries.stores import store_of_code, store_to_complain_about
from district.kernel.errors import NotFound, TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import cached_serializer
from district.members.api.base import ShopperView

_EXAMPLE = OpenApiExample("example", examples.DRAFT, response_only=True)


def _out(draft: ComplaintDraft) -> Any:
    return cached_serializer(ComplaintDraftOut).to_representation(draft)


def _content(asked: dict[str, Any]) -> complaints.DraftContent:
    """Raises NotFound."""
    rest = {
        name: value for name, value in asked.items() if name not in ("store", "code", "evidence")
    }
    store = None
    if asked["store"]:
        store = store_to_complain_about(asked["store"])
    elif asked["code"]:
        store = store_of_code(asked["code"])
    return complaints.DraftContent(store=store, evidence=tuple(asked["evidence"]), **rest)


class MyComplaintDrafts(ShopperView):
    """The one saved last first; a POST begins another one, five at most."""

    refusals = (*ShopperView.refusals, NotFound, errors.TooManyDrafts)

    @extend_schema(
        operation_id="my_complaint_drafts",
        summary="我的投诉草稿",
        responses=ComplaintDraftList,
        tags=["complaints"],
    )
    def get(self, request: Request) -> Response:
        return Response({"results": [_out(row) for row in drafts_of(self.member)]})

    @extend_schema(
        operation_id="begin_complaint_draft",
        summary="保存投诉草稿",
        request=ComplaintDraftIn,
        responses={201: ComplaintDraftOut},
        examples=[
            OpenApiExample("store", examples.DRAFT_IN, request_only=True),
            OpenApiExample("scanned code", examples.DRAFT_BY_CODE, request_only=True),
            OpenApiExample("example", examples.DRAFT, response_only=True, status_codes=["201"]),
        ],
        tags=["complaints"],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(ComplaintDraftIn)
        key = self.idempotency_key(f"member:{self.member.pk}:complaint_draft", **asked)
        draft = complaints.begin_draft(member=self.member, content=_content(asked), key=key)
        return Response(_out(draft), status.HTTP_201_CREATED)


class MyComplaintDraft(ShopperView):
    """/api/v1/me/complaint-drafts/{draft}: a PUT saves all of it anew, and is the same when repeated."""

    keyed = False
    refusals = (*ShopperView.refusals, NotFound, errors.DraftFiled)

    @extend_schema(
        operation_id="my_complaint_draft",
        summary="投诉草稿",
        responses=ComplaintDraftOut,
        examples=[_EXAMPLE],
        tags=["complaints"],
    )
    def get(self, request: Request, draft: str) -> Response:
        return Response(_out(draft_of(self.member, draft)))

    @extend_schema(
        operation_id="save_complaint_draft",
        summary="修改投诉草稿",
        request=ComplaintDraftIn,
        responses={200: ComplaintDraftOut},
        examples=[OpenApiExample("store", examples.DRAFT_IN, request_only=True), _EXAMPLE],
        tags=["complaints"],
    )
    def put(self, request: Request, draft: str) -> Response:
        asked = self.request_data(ComplaintDraftIn)
        saved = complaints.save_draft(member=self.member, draft=draft, content=_content(asked))
        return Response(_out(saved))

    @extend_schema(
        operation_id="delete_complaint_draft",
        summary="删除投诉草稿",
        responses={204: None},
        tags=["complaints"],
    )
    def delete(self, request: Request, draft: str) -> Response:
        complaints.delete_draft(member=self.member, draft=draft)
        return Response(status=status.HTTP_204_NO_CONTENT)


class FileComplaintDraft(ShopperView):
    """POST /api/v1/me/complaint-drafts/{draft}/file: the complaint as it stands, once."""

    refusals = (
        *ShopperView.refusals,
        NotFound,
        TooManyRequests,
        errors.CaseActRefused,
        errors.DraftFiled,
        errors.DraftIncomplete,
        errors.PurchaseHasOpenCase,
        errors.PurchaseUnknown,
        errors.TooManyOpenCases,
    )

    @extend_schema(
        operation_id="file_complaint_draft",
        summary="提交投诉草稿",
        request=None,
        responses={201: CaseDetailOut},
        examples=[CREATED],
        tags=["complaints"],
    )
    def post(self, request: Request, draft: str) -> Response:
        key = self.idempotency_key(f"member:{self.member.pk}:file_draft", draft=draft)
        # What is not there counts as no attempt.
        draft_of(self.member, draft)
        rate_limits.hit("file_complaint_member", self.member.pk)
        case = complaints.file_draft(member=self.member, draft=draft, key=key)
        return Response(case_body(case), status.HTTP_201_CREATED)
