"""Whether a report holds, for anybody who has it: a page without sign-in or script."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, register_converter
from django.views.decorators.http import require_safe

from credit.financing.queries import report_status
from district.kernel import clock
from district.kernel.database import ids


class ReportId:
    """An address holds the id of a report, or it is none."""

    regex = rf"frp_[0-9A-Za-z]{{{ids.LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@require_safe
def page(request: HttpRequest, report: str) -> HttpResponse:
    """What the report with this `digest` is worth now; without one the page asks for it."""
    digest, at = request.GET.get("digest", "").strip()[:64], clock.now()
    status = report_status(report, digest, at) if digest else None
    answer = render(
        request,
        "financing/status.html",
        {"report": report, "digest": digest, "status": status, "checked_at": at},
    )
    # What it says is true now: nobody may keep it.
    answer.headers["Cache-Control"] = "no-store"
    return answer


register_converter(ReportId, "financing_report")
urlpatterns = [path("<financing_report:report>", page, name="financing_status")]
