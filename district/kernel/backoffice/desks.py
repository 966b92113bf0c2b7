"""Desks: pages at which a person works step by step, with a place in the sidebar like a screen's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from district.kernel.backoffice.act_pages import refuse_null_characters
from district.kernel.backoffice.menus import Menu
from district.kernel.backoffice.reports import Report, open_reports
from district.kernel.backoffice.wording import Text


@dataclass(frozen=True)
class Desk:
    """A page at `desks/<name>/`, in the sidebar of those who `may`.

    `page` answers everybody's GET and POST, also of those who may not: it is given what every page of
    the site shows, and says itself why somebody is turned away.
    """

    name: str
    title: Text
    menu: Menu
    may: Callable[[HttpRequest], bool]
    page: Callable[[HttpRequest, dict[str, Any]], HttpResponse]

    @property
    def url(self) -> str:
        return reverse(f"admin:desk_{self.name}")


_desks: dict[str, Desk] = {}


def offer_desk(desk: Desk) -> None:
    """Give a desk its address and its place in the sidebar."""
    _desks[desk.name] = desk


def open_desks(request: HttpRequest) -> list[Desk]:
    """The desks the person may work at."""
    return [desk for desk in _desks.values() if desk.may(request)]


def open_pages(request: HttpRequest) -> list[Desk | Report]:
    """All that stands in the person's sidebar beside the screens."""
    return [*open_desks(request), *open_reports(request)]


def desk_urls() -> list[URLPattern]:
    return [
        path(
            f"desks/{desk.name}/",
            admin.site.admin_view(partial(_page, desk=desk)),
            name=f"desk_{desk.name}",
        )
        for desk in _desks.values()
    ]


def _page(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    refuse_null_characters(request)
    return desk.page(request, {**admin.site.each_context(request), "title": str(desk.title)})
