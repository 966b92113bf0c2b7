from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class BusinessCircleConfig(DistrictApp):
    name = "loyalty.business_circle"
    label = "business_circle"
    verbose_name = _("智慧商圈")
    # WeChat Pay wants an address without a query, and without our versions.
    public_urls = {"": "loyalty.business_circle.web"}
    timetable = {
        "sync points": TimedTask("business_circle.sync_points", 5.0),
        "refresh authorizations": TimedTask(
            "business_circle.refresh_authorizations", crontab(minute=25)
        ),
        "reseal openids": TimedTask("business_circle.reseal_openids", crontab(hour=4, minute=20)),
    }
    inbox = "loyalty.business_circle.inbox"
    invariants = "loyalty.business_circle.invariants"
    demo = "loyalty.business_circle.demo"
    warnings = {
        "business_circle": "loyalty.business_circle.health_warnings.business_circle_warning"
    }
