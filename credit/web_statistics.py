"""What anybody may read of complaints in the district: a page without sign-in, script or request to anybody else."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from credit.queries.statistics import published_day
from credit.statistics_texts import statistics_lines
from district.kernel.errors import NotFound

_KEPT_SECONDS = 300
_LARGE = "large"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Totals, venues and trades of the newest day or of `date`; `text=large` for larger letters."""
    asked = request.GET.get("date")
    try:
        day = published_day(date.fromisoformat(asked) if asked else None)
    except (NotFound, ValueError):
        if asked:
            raise Http404 from None
        day = None
    is_large = request.GET.get("text") == _LARGE
    answer = render(
        request,
        "credit/statistics.html",
        {
            "is_large": is_large,
            "size_link": "?" if is_large else f"?text={_LARGE}",
            "as_of": day and day.as_of,
            "district": day and statistics_lines(day.district.statistics),
            "venues": day and [_area(row.venue, row.statistics) for row in day.venues],
            "trades": day and [_area(row.trade, row.statistics) for row in day.trades],
        },
    )
    answer.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
    return answer


def _area(place: object, statistics: dict[str, object]) -> tuple[str, list[tuple[str, str]]]:
    return str(place), statistics_lines(statistics)


urlpatterns = [path("", page, name="credit_statistics")]
