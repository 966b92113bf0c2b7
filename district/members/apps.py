from celery.schedules import crontab
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class MembersConfig(DistrictApp):
    name = "district.members"
    label = "members"
    verbose_name = _("会员")
    api = "district.members.api.urls"
    timetable = {
        "forget used card codes": TimedTask("members.purge_card_codes", crontab(hour=4, minute=20)),
        "forget ended sessions": TimedTask("members.purge_sessions", crontab(hour=4, minute=30)),
    }
    rate_limits = {
        "sign_in_address": (120, 60),
        "bind_phone_member": (5, 60),
        "card_code_member": (30, 60),
        "admin_sign_in": (10, 300),
    }

    def ready(self) -> None:
        super().ready()
        from district.members import operators  # noqa: PLC0415 - needs the models

        # Every app's migrations: connected behind Django's own, which makes the permissions.
        post_migrate.connect(operators.grant_operator_permissions)
