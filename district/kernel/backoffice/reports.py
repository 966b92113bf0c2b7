"""Reports: pages of figures over a period, worked out by queries and within a person's scope."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from district.kernel.backoffice.dashboard import Panel
from district.kernel.backoffice.lazy_text import Text
from district.kernel.backoffice.menus import Menu
from district.kernel.text.sheets import Table, csv_answer


@dataclass(frozen=True)
class Report:
    """A page at `reports/<name>/`; `periods` are the numbers of days one may look back."""

    name: str
    title: Text
    menu: Menu
    is_allowed: Callable[[HttpRequest], bool]
    panels: Callable[[HttpRequest, int], Iterable[Panel]]
    periods: Sequence[int]
    explanation: Text = ""
    # What can be downloaded for a spreadsheet; None and there is nothing.
    tables: Callable[[HttpRequest, int], Iterable[Table]] | None = None

    @property
    def url(self) -> str:
        return reverse(f"admin:report_{self.name}")


_reports: dict[str, Report] = {}


def register_report(report: Report) -> None:
    """Give a report its address and its place in the sidebar."""
    _reports[report.name] = report


def visible_reports(request: HttpRequest) -> list[Report]:
    """The reports the person may open."""
    return [report for report in _reports.values() if report.is_allowed(request)]


def report_urls() -> list[URLPattern]:
    return [url for report in _reports.values() for url in _urls_of(report)]


def _urls_of(report: Report) -> Iterator[URLPattern]:
    address, name = f"reports/{report.name}/", f"report_{report.name}"
    yield path(address, admin.site.admin_view(partial(_page, report=report)), name=name)
    if report.tables is not None:
        download: Any = admin.site.admin_view(partial(_csv, report=report))
        yield path(f"{address}csv/", download, name=f"{name}_csv")


def _page(request: HttpRequest, *, report: Report) -> HttpResponse:
    if not report.is_allowed(request):
        raise PermissionDenied
    days = _period(request.GET.get("days", ""), report.periods)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": str(report.title),
        "explanation": report.explanation,
        "choices": [
            (_("近 %(days)s 天") % {"days": period}, f"?days={period}", period == days)
            for period in report.periods
        ],
        "download": f"csv/?days={days}" if report.tables else "",
        "panels": list(report.panels(request, days)),
    }
    return TemplateResponse(request, "district/report.html", context)


def _csv(request: HttpRequest, *, report: Report) -> HttpResponseBase:
    if not report.is_allowed(request) or report.tables is None:
        raise PermissionDenied
    days = _period(request.GET.get("days", ""), report.periods)
    return csv_answer(f"{report.name}-{days}", report.tables(request, days), titled=False)


def _period(text: str, offered: Sequence[int]) -> int:
    """The number of days in the address if it is offered, else the middle one, whatever the address holds."""
    chosen = [period for period in offered if str(period) == text]
    return chosen[0] if chosen else offered[len(offered) // 2]
