"""Who runs the district: a group whose rights the screens of the back office themselves declare."""

from typing import Any, Final

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.auth.models import Group, Permission

OPERATORS: Final = "operator"


def grant_operator_permissions(sender: AppConfig, using: str = "default", **_: Any) -> None:
    """After an app's migrations: its operators may exactly what its screens name in `operator_permissions`.

    A right added to the group by hand would outlive the code that knows what it means, so it goes.
    """
    codenames = {
        f"{right}_{model._meta.model_name}"
        for model, screen in admin.site._registry.items()
        if model._meta.app_label == sender.label
        for right in getattr(screen, "operator_permissions", ())
    }
    of_app = Permission.objects.using(using).filter(content_type__app_label=sender.label)
    if not of_app.exists():
        return
    group, _made = Group.objects.using(using).get_or_create(name=OPERATORS)
    group.permissions.remove(
        *group.permissions.filter(pk__in=of_app).exclude(codename__in=codenames)
    )
    group.permissions.add(*of_app.filter(codename__in=codenames))
