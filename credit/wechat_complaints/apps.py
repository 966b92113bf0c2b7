from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class WechatComplaintsConfig(DistrictApp):
    name = "credit.wechat_complaints"
    label = "wechat_complaints"
    verbose_name = _("微信支付投诉")
    # WeChat Pay wants an address without a query, and without our versions.
    public_urls = {"": "credit.wechat_complaints.web"}
    timetable = {
        "read and answer complaints of WeChat": TimedTask("wechat_complaints.work", 5.0),
        "look for complaints of WeChat": TimedTask("wechat_complaints.sweep", crontab(minute=35)),
    }
    inbox = "credit.wechat_complaints.inbox"
    listeners = "credit.wechat_complaints.listeners"
    invariants = "credit.wechat_complaints.invariants"
    demo = "credit.wechat_complaints.demo"
    warnings = {
        "wechat_complaints": "credit.wechat_complaints.health_warnings.wechat_complaints_warning"
    }
