"""What a published version has to print: its QR code as a picture, and a poster of one page."""

from functools import partial, update_wrapper
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from coupons.card_view import CardView, card_view_of
from coupons.models import TemplateVersion
from coupons.qr_links import QR_FORMATS, claim_link_of, qr_picture_response
from coupons.queries.place_names import alliance_name
from district.kernel.backoffice import DistrictAdmin

# What fits on a poster in its normal size of letters: conditions, and characters in all of them.
_LINES, _CHARACTERS = 10, 180


class CampaignPages(DistrictAdmin):
    """Pages below a version's own, for whoever may open that; of others there is nothing to print."""

    def get_urls(self) -> list[URLPattern]:
        def to(view: Any) -> Any:
            return update_wrapper(self.admin_site.admin_view(view), self.picture_view)

        own = [
            path(
                f"<int:object_id>/qr.{kind}",
                to(partial(self.picture_view, kind=kind)),
                name=f"coupons_templateversion_qr_{kind}",
            )
            for kind in QR_FORMATS
        ]
        poster = path(
            "<int:object_id>/poster/",
            to(self.poster_view),
            name="coupons_templateversion_poster",
        )
        return [*own, poster, *super().get_urls()]

    def picture_view(self, request: HttpRequest, object_id: int, *, kind: str) -> HttpResponse:
        return qr_picture_response(self._published(request, object_id), kind)

    def poster_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """An A4 page to print: the face, the code and the conditions."""
        version = self._published(request, object_id)
        face = card_view_of(version)
        context = {
            "version": version,
            "face": face,
            "conditions": [*face.lines, *face.ways],
            "dense": _is_dense(face),
            "link": claim_link_of(version),
            "alliance": alliance_name(),
        }
        return render(request, "coupons/poster.html", context)

    def _published(self, request: HttpRequest, object_id: int) -> TemplateVersion:
        version: TemplateVersion = self._row(request, str(object_id))
        if version.state != TemplateVersion.State.PUBLISHED:
            raise Http404
        return version


def _is_dense(face: CardView) -> bool:
    """Whether a poster says so much that it has to say it smaller."""
    texts = [line.text for line in (*face.lines, *face.ways)]
    large = len(face.name) + len(face.benefit)
    return len(texts) > _LINES or sum(map(len, texts)) + large > _CHARACTERS
