from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from credit.values import CodeStatus, LicenceStatus
from district.kernel.plugin import DistrictApp, TimedTask


class CreditConfig(DistrictApp):
    name = "credit"
    verbose_name = _("商户信用")
    api = "credit.api.urls"
    # Behind the codes at the counters: whoever scans knows nothing of us.
    public_urls = {
        "m/": "credit.web",
        "credit/ranking/": "credit.web_ranking",
        "credit/": "credit.web_statistics",
    }
    timetable = {
        "flag rings of ratings": TimedTask("credit.flag_rings", crontab(hour=1, minute=20)),
        # Every half hour until the morning: a run that died goes on, and finds nothing to do when it did not.
        "take credit snapshots": TimedTask(
            "credit.take_snapshots", crontab(hour="2-6", minute="5,35")
        ),
        "take statistics of complaints": TimedTask(
            "credit.take_district_statistics", crontab(hour="2-6", minute="20,50")
        ),
        "revise credit snapshots": TimedTask("credit.revise_snapshots", 300.0),
    }
    listeners = "credit.listeners"
    rate_limits = {"rate_member": (20, 3_600)}
    invariants = "credit.invariants"
    demo = "credit.demo"
    permissions = {"manage_credit": frozenset({"manager"})}
    enum_names = {
        "CreditGradeEnum": "credit.models.SnapshotGrade",
        "EvidenceLevelEnum": "credit.models.CreditSnapshot.Confidence",
        "LicenceStatusEnum": [status.value for status in LicenceStatus],
        "CreditRecordOriginEnum": "credit.models.CreditRecord.Source",
        "CreditRecordLevelEnum": "credit.models.RecordLevel",
        "CodeStatusEnum": [status.value for status in CodeStatus],
    }
