"""The committed OpenAPI file and a page to read it on, without any asset from outside."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse_lazy
from drf_spectacular.views import SpectacularSwaggerSplitView

OPENAPI_FILE = settings.ROOT / "docs" / "openapi.json"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def openapi_file(request: HttpRequest) -> FileResponse:
    """The contract as committed; CI refuses a file that differs from the code."""
    answer = FileResponse(OPENAPI_FILE.open("rb"), content_type="application/json")
    answer["Cache-Control"] = "public, max-age=300"
    return answer


class DocsPage(SpectacularSwaggerSplitView):
    url = reverse_lazy("openapi")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().dispatch(request, *args, **kwargs)
        answer["Content-Security-Policy"] = _POLICY
        return answer
