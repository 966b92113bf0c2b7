"""The sidebar: built from the registered screens, so that it cannot name one a person may not see."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from district.kernel.backoffice.menus import MenuGroup
from district.kernel.backoffice.registry import sidebar_screens
from district.kernel.backoffice.workspace import sidebar_pages


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The theme's navigation for this person."""
    entries = [
        (
            screen.menu,
            str(model._meta.verbose_name_plural),
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"),
        )
        for model, screen in sidebar_screens(request)
    ]
    entries += [(page.menu, str(page.title), page.url) for page in sidebar_pages(request)]
    entries.sort(key=lambda entry: (entry[0].group.order, entry[0].order))
    groups: dict[MenuGroup, list[dict[str, Any]]] = {}
    for menu, title, address in entries:
        groups.setdefault(menu.group, []).append(
            {"title": title, "icon": menu.icon, "link": address}
        )
    overview = {"title": _("总览"), "icon": "dashboard", "link": reverse("admin:index")}
    return [{"items": [overview]}] + [
        {"title": str(group.label), "separator": True, "items": items}
        for group, items in groups.items()
    ]
