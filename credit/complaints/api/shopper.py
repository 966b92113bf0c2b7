"""/api/v1/me/complaints and /api/v1/me/tip-offs: a shopper files, follows and acts on cases."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from credit.complaints import errors
from credit.complaints import services as complaints
from credit.complaints.api import examples
from credit.complaints.api.schemas import (
    CaseDetailOut,
    CaseFilingIn,
    CaseOut,
    CasePage,
    ComplaintChoicesOut,
    ComplaintIn,
)
from credit.complaints.models import CaseFile
from credit.complaints.queries.case_view import case_view
from credit.complaints.queries.cases import case_files, case_of
from credit.complaints.queries.evidence import evidence_of
from credit.complaints.queries.filing_codes import store_of_code
from credit.complaints.queries.stores import store_to_complain_about
from credit.complaints.texts import CASE_WISHES, FILING_CATEGORIES
from credit.evidence import errors as evidence_errors
from district.kernel.errors import NotFound, TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import ApiView, cacheable, cached_serializer, cursor_page
from district.members.api.base import ShopperView

_OF_CODES = (errors.CodeUnknown, errors.CodeNotForFiling, errors.CodeOutOfUse)
_KINDS = CaseFile.Kind
_FORMED = ("store", "evidence", "files")
PAGE = [
    OpenApiParameter("cursor", str, description="`next` of the page before"),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
]
FILE_REFUSALS = (
    evidence_errors.EvidenceUnknown,
    evidence_errors.EvidenceUsed,
    evidence_errors.TooMuchEvidence,
)
DETAIL = OpenApiExample("example", examples.CASE, response_only=True)
CREATED = OpenApiExample("example", examples.CASE, response_only=True, status_codes=["201"])


def case_body(case: CaseFile) -> Any:
    """The case with its timeline, as a phone shows it."""
    file = case_files(CaseFile.Kind(case.kind)).get(pk=case.pk)
    view = case_view(file) | {"evidence": evidence_of(file, file.shopper.user)}
    row = cached_serializer(CaseOut).to_representation(file)
    return row | _rest(view)


def _rest(view: dict[str, Any]) -> dict[str, Any]:
    fields = cached_serializer(CaseDetailOut).fields
    return {
        name: None if value is None else fields[name].to_representation(value)
        for name, value in view.items()
    }


def _row(case: CaseFile) -> Any:
    return cached_serializer(CaseOut).to_representation(case)


class ComplaintChoices(ApiView):
    """GET /api/v1/complaints/choices: categories and wishes."""

    authentication_classes = []

    @extend_schema(
        operation_id="complaint_choices",
        summary="投诉类别与诉求",
        responses=ComplaintChoicesOut,
        examples=[OpenApiExample("example", examples.CHOICES, response_only=True)],
        tags=["complaints"],
        auth=[],
    )
    def get(self, request: Request) -> Response:
        lists = {"categories": FILING_CATEGORIES, "wishes": CASE_WISHES}
        body = {
            name: [{"code": code, "text": str(text)} for code, text in choices]
            for name, choices in lists.items()
        }
        return cacheable(request, body, seconds=3_600)


class MyComplaints(ShopperView):
    """/api/v1/me/complaints: the newest first; a POST files one about a store."""

    refusals = (
        *ShopperView.refusals,
        NotFound,
        TooManyRequests,
        errors.CaseActRefused,
        *_OF_CODES,
        errors.PurchaseHasOpenCase,
        errors.PurchaseUnknown,
        errors.TooManyOpenCases,
        *FILE_REFUSALS,
    )

    @extend_schema(
        operation_id="my_complaints",
        summary="我的投诉",
        responses=CasePage,
        tags=["complaints"],
        parameters=PAGE,
    )
    def get(self, request: Request) -> Response:
        rows = case_files().filter(member=self.member)
        return Response(cursor_page(request, rows, order=["-id"], render=_row))

    @extend_schema(
        operation_id="file_complaint",
        summary="提交投诉",
        request=ComplaintIn,
        responses={201: CaseDetailOut},
        examples=[
            OpenApiExample("refund", examples.FILE, request_only=True),
            OpenApiExample("by the code at the counter", examples.FILE_BY_CODE, request_only=True),
            CREATED,
        ],
        tags=["complaints"],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(ComplaintIn)
        key = self.idempotency_key(f"member:{self.member.pk}:complaint", **asked)
        rate_limits.hit("file_complaint_member", self.member.pk)
        case = complaints.file_case(member=self.member, filing=_filing(asked), key=key)
        return Response(case_body(case), status.HTTP_201_CREATED)


class MyTipOffs(ShopperView):
    """/api/v1/me/tip-offs: what the shopper reported, unknown to the merchant; a POST reports something."""

    refusals = (
        *ShopperView.refusals,
        NotFound,
        TooManyRequests,
        errors.CaseActRefused,
        *FILE_REFUSALS,
        *_OF_CODES,
    )

    @extend_schema(
        operation_id="my_tip_offs",
        summary="我的举报",
        responses=CasePage,
        tags=["complaints"],
        parameters=PAGE,
    )
    def get(self, request: Request) -> Response:
        rows = case_files(_KINDS.TIP_OFF).filter(member=self.member)
        return Response(cursor_page(request, rows, order=["-id"], render=_row))

    @extend_schema(
        operation_id="file_tip_off",
        summary="提交举报",
        request=CaseFilingIn,
        responses={201: CaseDetailOut},
        examples=[OpenApiExample("safety", examples.TIP_OFF, request_only=True)],
        tags=["complaints"],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(CaseFilingIn)
        key = self.idempotency_key(f"member:{self.member.pk}:tip_off", **asked)
        rate_limits.hit("file_complaint_member", self.member.pk)
        case = complaints.tip_off(member=self.member, filing=_filing(asked), key=key)
        return Response(case_body(case), status.HTTP_201_CREATED)


class MyComplaint(ShopperView):
    """GET /api/v1/me/complaints/{case}: with timeline and due times."""

    refusals = (*ShopperView.refusals, NotFound)

    @extend_schema(
        operation_id="my_complaint",
        summary="投诉详情",
        responses=CaseDetailOut,
        examples=[DETAIL],
        tags=["complaints"],
    )
    def get(self, request: Request, case: str) -> Response:
        return Response(case_body(case_of(self.member, case)))


class MyTipOff(ShopperView):
    """GET /api/v1/me/tip-offs/{case}"""

    refusals = (*ShopperView.refusals, NotFound)

    @extend_schema(
        operation_id="my_tip_off",
        summary="举报详情",
        responses=CaseDetailOut,
        tags=["complaints"],
    )
    def get(self, request: Request, case: str) -> Response:
        return Response(case_body(case_of(self.member, case, _KINDS.TIP_OFF)))


def _filing(asked: dict[str, Any]) -> complaints.Filing:
    other_fields = ("store", "code", "evidence", "files")
    rest = {name: value for name, value in asked.items() if name not in other_fields}
    if "code" in asked:
        store = store_of_code(asked["code"])
    else:
        store = store_to_complain_about(asked["store"])
    return complaints.Filing(
        store=store, evidence=tuple(asked["evidence"]), files=tuple(asked["files"]), **rest
    )
