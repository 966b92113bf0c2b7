"""Workspaces: pages at which a person works step by step, with a place in the sidebar like a screen's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from district.kernel.backoffice.action_pages import refuse_null_characters
from district.kernel.backoffice.lazy_text import Text
from district.kernel.backoffice.menus import Menu
from district.kernel.backoffice.reports import Report, visible_reports


@dataclass(frozen=True)
class Workspace:
    """A page at `desks/<name>/`, in the sidebar of those who `is_allowed`.

    `page` answers everybody's GET and POST, also of those who may not: it is given what every page of
    the site shows, and answers itself why somebody is refused.
    """

    name: str
    title: Text
    menu: Menu
    is_allowed: Callable[[HttpRequest], bool]
    page: Callable[[HttpRequest, dict[str, Any]], HttpResponse]

    @property
    def url(self) -> str:
        return reverse(f"admin:desk_{self.name}")


_workspaces: dict[str, Workspace] = {}


def register_workspace(workspace: Workspace) -> None:
    """Give a workspace its address and its place in the sidebar."""
    _workspaces[workspace.name] = workspace


def visible_workspaces(request: HttpRequest) -> list[Workspace]:
    """The workspaces the person may use."""
    return [workspace for workspace in _workspaces.values() if workspace.is_allowed(request)]


def sidebar_pages(request: HttpRequest) -> list[Workspace | Report]:
    """All that stands in the person's sidebar beside the screens."""
    return [*visible_workspaces(request), *visible_reports(request)]


def workspace_urls() -> list[URLPattern]:
    return [
        path(
            f"desks/{workspace.name}/",
            admin.site.admin_view(partial(_page, workspace=workspace)),
            name=f"desk_{workspace.name}",
        )
        for workspace in _workspaces.values()
    ]


def _page(request: HttpRequest, *, workspace: Workspace) -> HttpResponse:
    refuse_null_characters(request)
    return workspace.page(
        request, {**admin.site.each_context(request), "title": str(workspace.title)}
    )
