"""/api/v1/me/evidence: a shopper hands files in, looks at those they may look at, takes back what no case has."""

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from credit.evidence import errors, queries
from credit.evidence import services as evidence
from credit.evidence.api import examples
from credit.evidence.api.form import EvidenceFormParser, EvidenceIn
from credit.evidence.api.schemas import (
    EvidencePage,
    EvidenceWithLinkOut,
    evidence_answer,
    evidence_row,
)
from credit.evidence.responses import file_response
from credit.evidence.values import Side, Visibility
from district.kernel.errors import NotFound, PictureRefused, ServiceUnavailable, TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import cursor_page
from district.kernel.http.uploads import NotAForm
from district.members.api.base import ShopperView

_EXAMPLE = OpenApiExample("picture", examples.FILE, response_only=True)
_CREATED = OpenApiExample("picture", examples.FILE, response_only=True, status_codes=["201"])
_TAGS = ["complaints"]


class MyEvidence(ShopperView):
    """/api/v1/me/evidence: hand a file in (POST, a form with one file), or list them (GET)."""

    parser_classes = [EvidenceFormParser]
    unreadable = NotAForm
    refusals = (
        *ShopperView.refusals,
        PictureRefused,
        ServiceUnavailable,
        TooManyRequests,
        errors.EvidenceRefused,
        errors.TooMuchEvidence,
    )

    @extend_schema(
        operation_id="upload_evidence",
        summary="上传证据文件",
        description=(
            "A form as `wx.uploadFile` sends it: one `file`, and who may look at it. What it is is told by its bytes. "
            "A picture is drawn anew without position or other data; the file as it came is kept sealed. Others "
            "than the sender and officers see it only after a content check. An act on a case names it by its id, "
            "once; what no case names within seven days is deleted."
        ),
        request={"multipart/form-data": EvidenceIn},
        responses={201: EvidenceWithLinkOut},
        examples=[_CREATED],
        tags=_TAGS,
    )
    def post(self, request: Request) -> Response:
        owner = self.member.user
        rate_limits.hit("evidence_person", owner.pk)
        rate_limits.hit("evidence_person_day", owner.pk)
        asked = self.request_data(EvidenceIn)
        received = asked["file"].finish()
        key = self.idempotency_key(
            f"user:{owner.pk}:evidence", file=received.sha256, visibility=asked["visibility"]
        )
        file = evidence.store_file(
            owner=owner,
            side=Side.SHOPPER,
            received=received,
            visibility=Visibility(asked["visibility"]),
            key=key,
        )
        return Response(evidence_answer(file, owner), status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="my_evidence",
        summary="我上传的证据",
        responses=EvidencePage,
        tags=_TAGS,
        parameters=[
            OpenApiParameter("cursor", str, description="`next` of the page before"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        ],
    )
    def get(self, request: Request) -> Response:
        rows = queries.files_of(self.member.user)
        return Response(cursor_page(request, rows, order=["-id"], render=evidence_row))


class MyEvidenceFile(ShopperView):
    """GET /api/v1/me/evidence/{file}: with a fresh link."""

    refusals = (*ShopperView.refusals, NotFound)

    @extend_schema(
        operation_id="my_evidence_file",
        summary="证据文件",
        responses=EvidenceWithLinkOut,
        examples=[_EXAMPLE],
        tags=_TAGS,
    )
    def get(self, request: Request, file: str) -> Response:
        owner = self.member.user
        return Response(evidence_answer(queries.file_of(owner, file), owner))


class WithdrawEvidence(ShopperView):
    """POST /api/v1/me/evidence/{file}/withdraw: what no case has is deleted; again, nothing changes."""

    refusals = (*ShopperView.refusals, NotFound, errors.EvidenceUsed)

    @extend_schema(
        operation_id="withdraw_evidence",
        summary="撤回证据文件",
        request=None,
        responses={200: EvidenceWithLinkOut},
        tags=_TAGS,
    )
    def post(self, request: Request, file: str) -> Response:
        self.idempotency_key(f"user:{self.member.user_id}:withdraw_evidence", file=file)
        owner = self.member.user
        withdrawn = evidence.withdraw_file(owner=owner, public_id=file)
        return Response(evidence_answer(withdrawn, owner))


class EvidenceContent(ShopperView):
    """GET /api/v1/me/evidence/content/{link}: the file, for the person the link was made for."""

    refusals = (
        *ShopperView.refusals,
        NotFound,
        TooManyRequests,
        errors.EvidenceErased,
        errors.EvidenceHidden,
        errors.EvidenceLinkExpired,
        errors.EvidenceLinkNotYours,
    )

    @extend_schema(
        operation_id="open_evidence",
        summary="查看证据文件",
        description="Within ten minutes of the answer that named the link; each time is kept in the access log.",
        responses={
            (200, media_type): OpenApiTypes.BINARY
            for media_type in ("image/jpeg", "application/pdf", "video/mp4", "video/quicktime")
        },
        tags=_TAGS,
    )
    def get(self, request: Request, link: str) -> HttpResponseBase:
        viewer = self.member.user
        rate_limits.hit("open_evidence_person", viewer.pk)
        return file_response(evidence.open_file(token=link, viewer=viewer))
