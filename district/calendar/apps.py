from celery.schedules import crontab
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class CalendarConfig(DistrictApp):
    name = "district.calendar"
    label = "calendar"
    verbose_name = _("工作日历")
    timetable = {
        # A new version fills it when it is set up; this repairs what somebody emptied.
        "fill calendar": TimedTask("calendar.fill", crontab(hour=4, minute=50)),
    }

    def ready(self) -> None:
        super().ready()
        # It imports the table.
        from district.calendar import calendar_days  # noqa: PLC0415

        post_migrate.connect(calendar_days.fill_after_migrate, sender=self)
