import logging

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "district.kernel"
    label = "kernel"
    verbose_name = _("平台")

    def ready(self) -> None:
        logging.captureWarnings(capture=True)
        # Checks register themselves; the Celery app must exist before a shared task is called.
        from district import celery  # noqa: F401, PLC0415
        from district.kernel import checks  # noqa: F401, PLC0415
        from district.kernel.calendar import calendar_days  # noqa: PLC0415
        from district.kernel.database import sqlfiles  # noqa: PLC0415

        post_migrate.connect(sqlfiles.install_after_migrate, sender=self)
        post_migrate.connect(calendar_days.fill_after_migrate, sender=self)


class BackOfficeConfig(AdminConfig):
    """Django's admin with our one site."""

    default_site = "district.kernel.backoffice.site.DistrictAdminSite"
