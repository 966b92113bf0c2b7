"""What waits for a person's decision: each app names its kinds, and they stand first on the dashboard."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, IntegerField, Model, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from district.kernel.backoffice.dashboard import Tile, Tiles, dashboard_panels
from district.kernel.backoffice.lazy_text import Text
from district.kernel.backoffice.sections import visible_rows


@dataclass(frozen=True)
class Pending:
    """Rows of `model` in the state `state` wait for those who `is_allowed` decide them.

    `unless` leaves out what this person may not decide, such as what they proposed themselves. `parameter`
    is the filter of the list that shows them; `tone` is warn or bad.
    """

    model: type[Model]
    label: Text
    state: str
    is_allowed: Callable[[HttpRequest], bool]
    unless: Callable[[HttpRequest], Q] | None = None
    parameter: str = "state__exact"
    tone: str = "warn"


_pending: list[tuple[int, Pending]] = []


def register_pending(pending: Pending, *, order: int) -> None:
    """Count these rows among what waits; lower orders stand first."""
    _pending.append((order, pending))


@dashboard_panels(order=0)
def pending_tiles(request: HttpRequest) -> Iterable[Tiles]:
    """One tile for each kind of which the person may decide a row; nothing when nothing waits."""
    mine = [
        pending
        for _order, pending in sorted(_pending, key=lambda entry: entry[0])
        if pending.is_allowed(request)
    ]
    counts = _counts(request, mine)
    tiles = [_tile(pending, counts[n]) for n, pending in enumerate(mine) if counts.get(n)]
    if tiles:
        yield Tiles(_("等待处理"), tiles)


def _counts(request: HttpRequest, kinds: list[Pending]) -> dict[int, int]:
    """How many rows of each kind wait for this person, by the kind's place; one query for all kinds."""
    counted = [_counted(request, pending, place) for place, pending in enumerate(kinds)]
    if not counted:
        return {}
    return dict(counted[0].union(*counted[1:], all=True))


def _counted(request: HttpRequest, pending: Pending, place: int) -> QuerySet[Any]:
    rows = visible_rows(request, pending.model).filter(state=pending.state)
    if pending.unless:
        rows = rows.exclude(pending.unless(request))
    places = rows.order_by().values(place=Value(place, output_field=IntegerField()))
    return places.annotate(rows=Count("pk", distinct=True)).values_list("place", "rows")


def _tile(pending: Pending, count: int) -> Tile:
    meta = pending.model._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    query = urlencode({pending.parameter: pending.state})
    return Tile(str(pending.label), f"{count:,}", url=f"{address}?{query}", tone=pending.tone)
