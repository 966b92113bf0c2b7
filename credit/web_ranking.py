"""Graded merchants by rank, for anybody: a page without sign-in, script or request to anybody else."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from credit.queries.snapshots import ranking
from district.merchants.models import Trade, Venue

MOST_RANKED = 100
_KEPT_SECONDS = 300
_LARGE = "large"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The first hundred, of a venue (id), a trade (code) or both; `text=large` for larger letters."""
    venue, trade = request.GET.get("venue", ""), request.GET.get("trade", "")
    venues = list(Venue.objects.order_by("name_key", "pk"))
    trades = list(Trade.objects.order_by("sort", "pk"))
    known = {place.public_id for place in venues}, {line.code for line in trades}
    if (venue and venue not in known[0]) or (trade and trade not in known[1]):
        raise Http404
    rows = list(ranking(venue, trade)[:MOST_RANKED])
    is_large = request.GET.get("text") == _LARGE
    kept = {name: value for name, value in (("venue", venue), ("trade", trade)) if value}
    answer = render(
        request,
        "credit/ranking.html",
        {
            "is_large": is_large,
            "size_link": f"?{urlencode(kept | ({} if is_large else {'text': _LARGE}))}",
            "venues": venues,
            "trades": trades,
            "venue": venue,
            "trade": trade,
            "rows": rows,
            "as_of": rows[0].as_of if rows else None,
            "most": MOST_RANKED,
        },
    )
    answer.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
    return answer


urlpatterns = [path("", page, name="credit_ranking")]
