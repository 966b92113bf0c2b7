"""The committed OpenAPI file and a page to read it on, without any asset from outside."""

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView

from district.kernel.http.api import SingleFormatNegotiation

OPENAPI_FILE = settings.GENERATED_DOCS / "openapi.json"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_swagger = SpectacularSwaggerSplitView.as_view(
    url=reverse_lazy("openapi"), content_negotiation_class=SingleFormatNegotiation
)


@csrf_exempt
@require_safe
def openapi_file(request: HttpRequest) -> FileResponse:
    """The contract as committed; CI refuses a file that differs from the code."""
    answer = FileResponse(OPENAPI_FILE.open("rb"), content_type="application/json")
    answer["Cache-Control"] = "public, max-age=300"
    return answer


@csrf_exempt
@require_safe
def docs_page(request: HttpRequest) -> HttpResponseBase:
    answer = _swagger(request)
    answer["Content-Security-Policy"] = _POLICY
    return answer
