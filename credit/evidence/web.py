"""Where WeChat fetches the picture it was asked about."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_GET

from credit.evidence import services as evidence
from credit.evidence.responses import file_response
from district.kernel.errors import DomainError


@require_GET
def content_check(request: HttpRequest, token: str) -> HttpResponseBase:
    """The picture drawn anew, for who has the link, while the verdict is waited for."""
    try:
        return file_response(evidence.open_for_check(token=token))
    except DomainError as refusal:
        return HttpResponse(status=refusal.status)


urlpatterns = [path("check/<str:token>", content_check, name="evidence-content-check")]
