"""/api/v1/credit/policies: by which rules merchants are scored, today and from announced days on."""

from datetime import date
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from credit.api import examples
from credit.models import SnapshotGrade
from credit.queries.policies import PublishedPolicy, published_policies
from district.kernel import clock
from district.kernel.http.api import ApiView, cacheable
from district.kernel.http.fields import InstantField

_KEPT_SECONDS = 60


class GradeChangeOut(serializers.Serializer[Any]):
    before = serializers.ChoiceField(
        choices=SnapshotGrade.choices, allow_null=True, help_text="Null for no grade."
    )
    after = serializers.ChoiceField(choices=SnapshotGrade.choices, allow_null=True)
    merchants = serializers.IntegerField()


class ShadowRunOut(serializers.Serializer[Any]):
    """Both policies over the same facts of all merchants."""

    compared_with = serializers.CharField()
    as_of = serializers.DateField()
    merchants = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="Merchants whose grade is another one.")
    changes = GradeChangeOut(many=True, source="grade_changes")
    largest_rise = serializers.FloatField(help_text="Of a raw score, in points.")
    largest_fall = serializers.FloatField()
    made_at = InstantField()


class CreditPolicyOut(serializers.Serializer[Any]):
    version = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of the document as canonical JSON.")
    effective_on = serializers.DateField(allow_null=True, help_text="Null for the first policy.")
    reason = serializers.CharField()
    document = serializers.DictField(help_text="What `score_credit` calculates by.")
    shadow = ShadowRunOut(allow_null=True, help_text="Null for the first policy.")


class CreditPoliciesOut(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    in_force = CreditPolicyOut()
    announced = CreditPolicyOut(many=True)
    earlier = CreditPolicyOut(many=True)


class CreditPolicies(ApiView):
    """Earlier policies are there too: any published score can be computed again."""

    @extend_schema(
        operation_id="list_credit_policies",
        tags=["credit"],
        summary="诚信评分规则",
        auth=[],
        responses={200: CreditPoliciesOut},
        examples=[
            OpenApiExample(
                "example", examples.CREDIT_POLICIES, response_only=True, status_codes=["200"]
            )
        ],
    )
    def get(self, request: Request) -> Response:
        today = clock.business_day(clock.now())
        answer = _answer(published_policies(), today)
        return cacheable(request, CreditPoliciesOut(answer).data, seconds=_KEPT_SECONDS)


def _answer(policies: list[PublishedPolicy], today: date) -> dict[str, Any]:
    begun = [
        policy for policy in policies if policy.effective_on is None or policy.effective_on <= today
    ]
    return {
        "as_of": today,
        "in_force": begun[-1],
        "announced": policies[len(begun) :],
        "earlier": begun[:-1],
    }
