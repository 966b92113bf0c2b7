"""The sidebar: built from the registered screens, so that it cannot name one a person may not see."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from district.kernel.backoffice.registry import in_sidebar
from district.kernel.backoffice.wording import Text


@dataclass(frozen=True)
class MenuGroup:
    """A heading of the sidebar; groups stand in the order of their numbers."""

    label: Text
    order: int


@dataclass(frozen=True)
class Menu:
    """Where a screen stands in the sidebar, and its icon (a Material Symbol's name)."""

    group: MenuGroup
    icon: str
    order: int = field(default=0)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The theme's navigation for this person."""
    entries = sorted(
        ((screen.menu, model) for model, screen in in_sidebar(request)),
        key=lambda entry: (entry[0].group.order, entry[0].order),
    )
    groups: dict[MenuGroup, list[dict[str, Any]]] = {}
    for menu, model in entries:
        meta = model._meta
        groups.setdefault(menu.group, []).append(
            {
                "title": str(meta.verbose_name_plural),
                "icon": menu.icon,
                "link": reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
            }
        )
    overview = {"title": _("总览"), "icon": "dashboard", "link": reverse("admin:index")}
    return [{"items": [overview]}] + [
        {"title": str(group.label), "separator": True, "items": items}
        for group, items in groups.items()
    ]
