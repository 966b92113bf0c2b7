"""A file as an answer of HTTP: handed over piece by piece, never run, never kept."""

from django.http import StreamingHttpResponse

from credit.evidence.services import OpenedFile


def file_response(opened: OpenedFile) -> StreamingHttpResponse:
    """For every address that gives a file out."""
    return StreamingHttpResponse(
        opened.pieces,
        content_type=opened.media_type,
        headers={
            "Content-Length": str(opened.size_bytes),
            "Content-Disposition": f'attachment; filename="{opened.name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
