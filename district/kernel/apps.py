import logging
from typing import Any

from celery.schedules import crontab
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask, enum_names


class KernelConfig(DistrictApp):
    name = "district.kernel"
    label = "kernel"
    verbose_name = _("平台")
    timetable = {
        # The outbox is the truth; this sweep repairs wake-ups that were lost.
        "deliver events": TimedTask("kernel.deliver_events", 3.0),
        "forget delivered events": TimedTask("kernel.purge", crontab(hour=4, minute=10)),
    }

    invariants = "district.kernel.inbox.invariants"

    def ready(self) -> None:
        super().ready()
        names: Any = settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"]
        names.update(enum_names())
        logging.captureWarnings(capture=True)
        # Checks register themselves; the Celery app must exist before a shared task is called.
        from district import celery  # noqa: F401, PLC0415
        from district.kernel import checks  # noqa: F401, PLC0415
        from district.kernel.database import sqlfiles  # noqa: PLC0415

        post_migrate.connect(sqlfiles.install_after_migrate, sender=self)


class BackOfficeConfig(AdminConfig):
    """Django's admin with our one site."""

    default_site = "district.kernel.backoffice.site.DistrictAdminSite"
