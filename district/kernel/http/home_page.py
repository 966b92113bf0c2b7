"""`/`: what there is at this address, for a person who has just opened it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    """Links only: it asks nothing of the database, so it answers while that is away."""
    answer = render(request, "district/home.html", {"sandbox": _sandbox()})
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


def _sandbox() -> str | None:
    """Where this machine's stand-in for WeChat answers; None where the real one does."""
    local = settings.MODE == "local" and urlsplit(settings.WECHAT_BASE).hostname in _LOOPBACK
    return settings.WECHAT_BASE if local else None
