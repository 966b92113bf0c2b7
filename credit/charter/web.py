"""The charter as anybody may read it: no sign-in, no script, no request to anybody else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from credit.charter.queries import pledges_in_force, public_self_discipline, published_charters
from district.kernel import clock

_LARGE = "large"
# Of many merchants the list is in the API.
_MOST_PLEDGES, _MOST_RECORDS = 200, 30


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The version in force, who has pledged, and what merchants put right; `text=large` for larger letters."""
    at = clock.now()
    is_large = request.GET.get("text") == _LARGE
    pledges = pledges_in_force(at).select_related("merchant")
    answer = render(
        request,
        "charter/page.html",
        {
            "is_large": is_large,
            "size_link": "?" if is_large else f"?text={_LARGE}",
            "charter": published_charters(at).first(),
            "count": pledges.count(),
            "pledges": pledges.order_by("-signed_at", "-pk")[:_MOST_PLEDGES],
            "records": public_self_discipline().order_by("-pk")[:_MOST_RECORDS],
        },
    )
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


urlpatterns = [path("", page, name="charter_page")]
