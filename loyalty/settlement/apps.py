from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class SettlementConfig(DistrictApp):
    name = "loyalty.settlement"
    label = "settlement"
    verbose_name = _("商户结算")
    timetable = {
        "seal the journal": TimedTask("settlement.seal_days", crontab(hour=0, minute=40)),
    }
    invariants = "loyalty.settlement.invariants"
