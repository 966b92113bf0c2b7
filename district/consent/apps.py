from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class ConsentConfig(DistrictApp):
    name = "district.consent"
    label = "consent"
    verbose_name = _("同意与隐私")
    api = "district.consent.api.urls"
    demo = "district.consent.demo"
    invariants = "district.consent.invariants"
    listeners = "district.consent.listeners"
    timetable = {
        "expire consents": TimedTask("consent.expire_consents", crontab(hour=0, minute=10)),
    }
