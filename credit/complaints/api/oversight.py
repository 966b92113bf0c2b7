"""What a shopper may do beside the acts of the table: report revenge, say yes to mediation, take the file along,
let a story be told."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from credit.complaints import errors
from credit.complaints import services as complaints
from credit.complaints.api.schemas import CaseDetailOut, TextIn
from credit.complaints.api.shopper import CREATED, PAGE, case_body
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseStory
from credit.complaints.queries.cases import case_of
from credit.complaints.queries.stories import public_stories
from credit.complaints.texts import CASE_CATEGORIES, CASE_OUTCOMES
from district.kernel.errors import NotFound, TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import ApiView, cacheable, cached_serializer, cursor_page
from district.kernel.http.fields import InstantField
from district.members.api.base import ShopperView


class ConsentIn(serializers.Serializer[Any]):
    agrees = serializers.BooleanField()


class ConsentOut(serializers.Serializer[Any]):
    agrees = serializers.BooleanField()
    at = InstantField()


class StoryConsentOut(serializers.Serializer[Any]):
    """Whether an officer may write of the case; `published_at` since when anybody reads it."""

    agrees = serializers.BooleanField()
    published_at = InstantField(allow_null=True)


class CaseStoryOut(serializers.Serializer[Any]):
    """A closed case without names."""

    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    text = serializers.CharField()
    category = serializers.ChoiceField(source="case.category", choices=CASE_CATEGORIES)
    outcome = serializers.ChoiceField(
        source="case.outcome", choices=CASE_OUTCOMES, allow_blank=True
    )
    published_at = InstantField()


class CaseStoryPage(serializers.Serializer[Any]):
    results = CaseStoryOut(many=True)
    next = serializers.CharField(allow_null=True)


_STORY = {
    "id": "sto_7n42DGM5Tflk9n8mt7Fhc7",
    "title": "标价与收银价不一致",
    "text": "一位顾客发现结账价高于货架标价，经协商商户退还差价并更换了全部标签。",
    "category": "price",
    "outcome": "settled_direct",
    "published_at": "2026-08-01T09:00:00+08:00",
}
_AGREES = OpenApiExample("agrees", {"agrees": True}, request_only=True)
CONSENT_EXAMPLES = [
    _AGREES,
    OpenApiExample(
        "example", {"agrees": True, "at": "2026-06-05T09:00:00+08:00"}, response_only=True
    ),
]


class ReportRetaliation(ShopperView):
    """POST /api/v1/me/complaints/{case}/retaliation: the merchant puts the shopper under pressure. A priority case of
    its own, of which the merchant hears when an officer has accepted it."""

    refusals = (
        *ShopperView.refusals,
        NotFound,
        TooManyRequests,
        errors.RetaliationReported,
        errors.RetaliationTooEarly,
    )

    @extend_schema(
        operation_id="report_retaliation",
        summary="反映打击报复",
        request=TextIn,
        responses={201: CaseDetailOut},
        examples=[
            OpenApiExample(
                "text", {"text": "店员打电话要求我撤诉，否则不再接待。"}, request_only=True
            ),
            CREATED,
        ],
        tags=["complaints"],
    )
    def post(self, request: Request, case: str) -> Response:
        asked = self.request_data(TextIn)
        found = case_of(self.member, case)
        key = self.idempotency_key(f"member:{self.member.pk}:retaliation", case=case, **asked)
        rate_limits.hit("report_retaliation_member", self.member.pk)
        filed = complaints.report_retaliation(
            case=found, member=self.member, text=asked["text"], key=key
        )
        return Response(case_body(filed), status.HTTP_201_CREATED)


class ConsentToMediation(ShopperView):
    """POST /api/v1/me/complaints/{case}/mediation-consent: once; who asks for mediation has agreed by that."""

    refusals = (
        *ShopperView.refusals,
        NotFound,
        errors.CaseNotInState,
        errors.CaseNotYours,
        errors.ConsentGiven,
    )

    @extend_schema(
        operation_id="consent_to_mediation",
        summary="是否同意调解",
        request=ConsentIn,
        responses={200: ConsentOut},
        examples=CONSENT_EXAMPLES,
        tags=["complaints"],
    )
    def post(self, request: Request, case: str) -> Response:
        asked = self.request_data(ConsentIn)
        found = case_of(self.member, case)
        key = self.idempotency_key(f"member:{self.member.pk}:mediation", case=case, **asked)
        consent = complaints.consent_to_mediation(
            case=found,
            actor=CaseActor.SHOPPER,
            by=self.member.user,
            agrees=asked["agrees"],
            key=key,
        )
        return Response(cached_serializer(ConsentOut).to_representation(consent))


class ComplaintBundle(ShopperView):
    """POST /api/v1/me/complaints/{case}/bundle: the file of the case as a zip, to take to 12315 or a court.

    It holds all that the shopper sees of the case, and a script that checks it; each time is written down.
    """

    keyed = False
    refusals = (*ShopperView.refusals, NotFound, TooManyRequests, errors.BundleBroken)

    @extend_schema(
        operation_id="complaint_bundle",
        summary="下载案卷",
        request=None,
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="The zip.")
        },
        tags=["complaints"],
    )
    def post(self, request: Request, case: str) -> HttpResponse:
        found = case_of(self.member, case)
        rate_limits.hit("case_bundle_member", self.member.pk)
        bundle, content = complaints.export_bundle(case=found, by=self.member.user)
        answer = HttpResponse(content, content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="{found.public_id}.zip"'
        answer["Digest"] = f"sha-256={bundle.sha256}"
        return answer


class StoryConsent(ShopperView):
    """PUT /api/v1/me/complaints/{case}/story-consent: whether an officer may write of the closed case, without names."""

    keyed = False
    refusals = (*ShopperView.refusals, NotFound, errors.CaseNotInState)

    @extend_schema(
        operation_id="consent_to_story",
        summary="是否同意公开案例",
        request=ConsentIn,
        responses={200: StoryConsentOut},
        examples=[
            _AGREES,
            OpenApiExample("example", {"agrees": True, "published_at": None}, response_only=True),
        ],
        tags=["complaints"],
    )
    def put(self, request: Request, case: str) -> Response:
        asked = self.request_data(ConsentIn)
        found = case_of(self.member, case)
        story = complaints.agree_to_story(case=found, member=self.member, agrees=asked["agrees"])
        body = {
            "agrees": story is not None and story.revoked_at is None,
            "published_at": story and story.published_at,
        }
        return Response(
            body
            if body["published_at"] is None
            else cached_serializer(StoryConsentOut).to_representation(body)
        )


def _story(story: CaseStory) -> Any:
    return cached_serializer(CaseStoryOut).to_representation(story)


class CaseStories(ApiView):
    """GET /api/v1/complaints/stories: closed cases that anybody may read of, the newest first."""

    authentication_classes = []

    @extend_schema(
        operation_id="complaint_stories",
        summary="维权故事",
        responses=CaseStoryPage,
        parameters=PAGE,
        examples=[
            OpenApiExample("example", {"results": [_STORY], "next": None}, response_only=True)
        ],
        tags=["complaints"],
        auth=[],
    )
    def get(self, request: Request) -> Response:
        page = cursor_page(request, public_stories(), order=["-published_at", "-id"], render=_story)
        return cacheable(request, page, seconds=300)
