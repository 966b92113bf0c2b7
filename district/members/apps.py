from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "district.members"
    label = "members"
    verbose_name = _("会员")

    def ready(self) -> None:
        from district.members import operators  # noqa: PLC0415 - needs the models

        # Every app's migrations: connected behind Django's own, which makes the permissions.
        post_migrate.connect(operators.grant_operator_permissions)
