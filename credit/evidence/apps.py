from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from credit.evidence.limits import FORM_BYTES
from district.kernel.plugin import DistrictApp, TimedTask


class EvidenceConfig(DistrictApp):
    name = "credit.evidence"
    label = "evidence"
    verbose_name = _("证据文件")
    api = "credit.evidence.api.urls"
    public_urls = {"evidence/": "credit.evidence.web"}
    timetable = {
        "check pictures of evidence": TimedTask("evidence.check_files", 10.0),
        "sweep files of evidence": TimedTask("evidence.sweep", crontab(hour=4, minute=10)),
    }
    rate_limits = {
        "evidence_person": (30, 60),
        "evidence_person_day": (120, 86_400),
        "open_evidence_person": (120, 60),
    }
    body_limits = {
        "/api/v1/me/evidence": FORM_BYTES,
        r"/admin/evidence/evidencefile/add/": FORM_BYTES,
    }
    listeners = "credit.evidence.listeners"
    invariants = "credit.evidence.invariants"
    enum_names = {
        "EvidenceKindEnum": "credit.evidence.texts.FILE_KINDS",
        "EvidenceVisibilityEnum": "credit.evidence.texts.VISIBILITIES",
        "EvidenceCheckEnum": "credit.evidence.texts.CHECK_STATES",
    }
