"""/api/v1/financing: whether a report holds, the keys it is checked with, and its text for the institution it is for."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from credit.financing import services as financing
from credit.financing.errors import ReportEnded
from credit.financing.models import PartnerInstitution, ReportStatus
from credit.financing.queries import institutions, public_keys, report_status
from district.kernel import clock
from district.kernel.errors import NotFound, TokenInvalid, TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import ApiView
from district.kernel.http.fields import InstantField, TextField

_ID: Final = "frp_4hTn8VbXq9LwJc3RzKm7Hd"
_CODE: Final = "pPq0Wf9j3m0bqJt1o7m2m1r3Qe0cJ8Jm2dHc5k9sY3E"


class InstitutionOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=PartnerInstitution.Kind.choices)


class StatusParameters(serializers.Serializer[Any]):
    digest = serializers.CharField(max_length=64, help_text="SHA-256 of the report's text, in hex.")


class ReportStatusOut(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=ReportStatus.choices)
    checked_at = InstantField()


class ReportKeyOut(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    public_key = serializers.CharField(help_text="Ed25519, 32 bytes in base64.")


class ViewIn(serializers.Serializer[Any]):
    access_code = TextField(max_length=64)


class SignedReportOut(serializers.Serializer[Any]):
    """Sign over the UTF-8 bytes of `text`; docs/verify_financing_report.py checks it offline."""

    text = serializers.CharField(help_text="The report as canonical JSON.")
    digest = serializers.CharField()
    key = serializers.IntegerField(source="key_version")
    signature = serializers.CharField(help_text="Ed25519, 64 bytes in base64.")


def _report_id() -> OpenApiParameter:
    pattern = {"type": "string", "pattern": "^frp_[0-9A-Za-z]{22}$"}
    return OpenApiParameter("report", pattern, OpenApiParameter.PATH)


def _example(value: Any) -> OpenApiExample:
    return OpenApiExample("example", value, response_only=True, status_codes=["200"])


class Institutions(ApiView):
    """Consulting, guarantees, loans and insurance for merchants of the district."""

    @extend_schema(
        operation_id="list_institutions",
        tags=["credit"],
        summary="合作金融机构",
        auth=[],
        responses={
            200: inline_serializer("InstitutionList", {"results": InstitutionOut(many=True)})
        },
        examples=[
            _example(
                {
                    "results": [
                        {"id": "fin_4hTn8VbXq9LwJc3RzKm7Hd", "name": "湖滨银行", "kind": "loan"}
                    ]
                }
            )
        ],
    )
    def get(self, request: Request) -> Response:
        return Response({"results": InstitutionOut(institutions(), many=True).data})


class ReportKeys(ApiView):
    """The public keys of reports, the newest first."""

    @extend_schema(
        operation_id="list_financing_keys",
        tags=["credit"],
        summary="融资诚信报告的验签公钥",
        auth=[],
        responses={200: inline_serializer("ReportKeyList", {"results": ReportKeyOut(many=True)})},
        examples=[
            _example(
                {
                    "results": [
                        {
                            "version": 1,
                            "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                        }
                    ]
                }
            )
        ],
    )
    def get(self, request: Request) -> Response:
        return Response({"results": public_keys()})


class ReportStatusView(ApiView):
    """Anybody who has a report asks whether it holds; nothing else is told. One that was never given is not found."""

    refusals = (NotFound,)

    @extend_schema(
        operation_id="read_financing_report_status",
        tags=["credit"],
        summary="查验融资诚信报告",
        auth=[],
        parameters=[_report_id(), StatusParameters],
        responses={200: ReportStatusOut},
        examples=[_example({"status": "valid", "checked_at": "2026-03-01T12:00:00+08:00"})],
    )
    def get(self, request: Request, report: str) -> Response:
        at = clock.now()
        if report_status(report, "", at) is ReportStatus.UNKNOWN:
            raise NotFound
        parameters = StatusParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        status = report_status(report, parameters.validated_data["digest"], at)
        return Response(ReportStatusOut({"status": status, "checked_at": at}).data)


class ReportViews(ApiView):
    """The institution reads its report by its access code; each time is kept."""

    # Each time is another look, and is kept as such.
    keyed = False
    refusals = (NotFound, ReportEnded, TokenInvalid, TooManyRequests)

    @extend_schema(
        operation_id="view_financing_report",
        tags=["credit"],
        summary="机构查看融资诚信报告",
        auth=[],
        parameters=[_report_id()],
        request=ViewIn,
        responses={200: SignedReportOut},
        examples=[
            OpenApiExample("code", {"access_code": _CODE}, request_only=True),
            _example(
                {
                    "text": '{"format":"smart-district-financing-report/1","report":"' + _ID + '"}',
                    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "key": 1,
                    "signature": "A" * 86 + "==",
                }
            ),
        ],
    )
    def post(self, request: Request, report: str) -> Response:
        asked = self.request_data(ViewIn)
        rate_limits.hit("view_financing_report", report)
        row = financing.view_report(public_id=report, **asked)
        return Response(SignedReportOut(row).data)
