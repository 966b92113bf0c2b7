"""A report as a page to print, and as the signed file that can be checked offline."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from credit.financing.models import FinancingReport
from credit.financing.report_text import verification_address
from credit.statistics_texts import statistics_lines
from district.kernel.text import qr

_FEN = 100


def page_response(request: HttpRequest, report: FinancingReport) -> HttpResponse:
    """What was signed, with the address and the QR code by which anybody verifies it."""
    content = json.loads(report.text)
    link = f"{verification_address(report)}?digest={report.digest}"
    drawn = qr.svg(link)
    months = [
        month
        | {
            "paid": f"{month['paid_fen'] / _FEN:.2f}",
            "refunded": f"{month['refunded_fen'] / _FEN:.2f}",
        }
        for month in content["transactions"] or ()
    ]
    context = {
        "report": report,
        "content": content,
        "months": months,
        "figures": statistics_lines(content["credit"]["complaints_of_twelve_months"]),
        # Drawn by the library from a link of ours.
        "svg": mark_safe(drawn[drawn.index("<svg") :]),  # noqa: S308
    }
    return render(request, "financing/report.html", context)


def file_response(report: FinancingReport) -> HttpResponse:
    """The text with its signature, for docs/verify_financing_report.py."""
    document = {
        "text": report.text,
        "digest": report.digest,
        "key": report.key_version,
        "signature": report.signature,
    }
    return HttpResponse(
        json.dumps(document, ensure_ascii=False),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{report.public_id}.json"'},
    )
