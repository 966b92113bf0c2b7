"""Which screens there are, and which of them stand in a person's sidebar."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest


def screen_of(model: type[Model]) -> Any:
    """The screen of a model's rows, None for a model that is not shown."""
    return admin.site._registry.get(model)


def sidebar_screens(request: HttpRequest) -> list[tuple[type[Model], Any]]:
    """The screens with a place in the sidebar that the person may open, each with its model."""
    screens: list[tuple[type[Model], Any]] = list(admin.site._registry.items())
    return [
        (model, screen)
        for model, screen in screens
        if screen.menu is not None and screen.has_view_permission(request)
    ]


def person(request: HttpRequest) -> Any:
    """Who asks; no screen opens for somebody who is not signed in."""
    return request.user
