"""What a published version has to print: its QR code as a picture, and a poster of one page."""

from functools import partial, update_wrapper
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from coupons.faces import face_of
from coupons.models import TemplateVersion
from coupons.printed import PICTURES, link_of, picture_of
from coupons.queries.places import alliance_name
from district.kernel.backoffice import DistrictAdmin


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
            for kind in PICTURES
        ]
        poster = path(
            "<int:object_id>/poster/",
            to(self.poster_view),
            name="coupons_templateversion_poster",
        )
        return [*own, poster, *super().get_urls()]

    def picture_view(self, request: HttpRequest, object_id: int, *, kind: str) -> HttpResponse:
        return picture_of(self._published(request, object_id), kind)

    def poster_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """An A4 page to print: the face, the code and the conditions."""
        version = self._published(request, object_id)
        context = {
            "version": version,
            "face": face_of(version),
            "link": link_of(version),
            "alliance": alliance_name(),
        }
        return render(request, "coupons/poster.html", context)

    def _published(self, request: HttpRequest, object_id: int) -> TemplateVersion:
        version: TemplateVersion = self._row(request, str(object_id))
        if version.state != TemplateVersion.State.PUBLISHED:
            raise Http404
        return version
