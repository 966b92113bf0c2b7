from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class ComplaintsConfig(DistrictApp):
    name = "credit.complaints"
    label = "complaints"
    verbose_name = _("投诉与举报")
    api = "credit.complaints.api.urls"
    timetable = {
        "run the clocks of complaints": TimedTask("complaints.run_timers", 30.0),
        "check messages in complaints": TimedTask("complaints.check_messages", 10.0),
        "find patterns in complaints": TimedTask("complaints.find_patterns", 300.0),
        "clear drafts of complaints": TimedTask("complaints.clear_drafts", 3_600.0),
        "forget files of old cases": TimedTask(
            "complaints.forget_evidence", crontab(hour=4, minute=20)
        ),
        "forget contacts of old cases": TimedTask(
            "complaints.forget_contacts", crontab(hour=4, minute=30)
        ),
    }
    rate_limits = {
        "file_complaint_member": (20, 3_600),
        "report_retaliation_member": (20, 3_600),
        "case_message_member": (60, 3_600),
        "case_bundle_member": (20, 3_600),
        "take_over_cases_member": (20, 3_600),
    }
    permissions = {"handle_complaints": frozenset({"manager", "cashier"})}
    enum_names = {
        "CaseStateEnum": "credit.complaints.texts.CASE_STATES",
        "CaseActionEnum": "credit.complaints.texts.CASE_ACTIONS",
        "CaseActorEnum": "credit.complaints.texts.CASE_ACTORS",
        "CaseOutcomeEnum": "credit.complaints.texts.CASE_OUTCOMES",
        "CaseCategoryEnum": "credit.complaints.texts.CASE_CATEGORIES",
        "CaseSeverityEnum": "credit.complaints.texts.CASE_SEVERITIES",
        "FilingCategoryEnum": "credit.complaints.texts.FILING_CATEGORIES",
        "CaseWishEnum": "credit.complaints.texts.CASE_WISHES",
        "CaseClockEnum": "credit.complaints.texts.CASE_CLOCKS",
        "CaseEvidenceKindEnum": "credit.complaints.api.schemas.EVIDENCE_KINDS",
        "CaseKindEnum": "credit.complaints.models.CaseFile.Kind",
        "CaseMessageStateEnum": "credit.complaints.models.CaseMessage.State",
        "CaseNoticeKindEnum": "credit.complaints.models.CaseNotice.Kind",
        "CaseAnonymityEnum": "credit.complaints.models.CaseFile.Anonymity",
    }
    invariants = "credit.complaints.invariants"
    demo = "credit.complaints.demo"
    listeners = "credit.complaints.listeners"
    warnings = {
        "complaint_calendar": "credit.complaints.health_warnings.calendar_warning",
        "complaint_clocks": "credit.complaints.health_warnings.stuck_cases_warning",
    }
