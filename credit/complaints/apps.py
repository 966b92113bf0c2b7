from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask


class ComplaintsConfig(DistrictApp):
    name = "credit.complaints"
    label = "complaints"
    verbose_name = _("投诉与举报")
    api = "credit.complaints.api.urls"
    timetable = {
        "run the clocks of complaints": TimedTask("complaints.run_timers", 30.0),
    }
    permissions = {"handle_complaints": frozenset({"manager", "cashier"})}
    rate_limits = {"file_complaint_member": (20, 3_600)}
    enum_names = {
        "CaseStateEnum": "credit.complaints.texts.CASE_STATES",
        "CaseActionEnum": "credit.complaints.texts.CASE_ACTIONS",
        "CaseActorEnum": "credit.complaints.texts.CASE_ACTORS",
        "CaseOutcomeEnum": "credit.complaints.texts.CASE_OUTCOMES",
        "CaseCategoryEnum": "credit.complaints.texts.CASE_CATEGORIES",
        "CaseSeverityEnum": "credit.complaints.texts.CASE_SEVERITIES",
        "CaseWishEnum": "credit.complaints.texts.CASE_WISHES",
        "CaseClockEnum": "credit.complaints.texts.CASE_CLOCKS",
        "CaseKindEnum": "credit.complaints.models.CaseFile.Kind",
        "CaseAnonymityEnum": "credit.complaints.models.CaseFile.Anonymity",
    }
    invariants = "credit.complaints.invariants"
    demo = "credit.complaints.demo"
    listeners = "credit.complaints.listeners"
    warnings = {
        "complaint_calendar": "credit.complaints.health_warnings.calendar_warning",
        "complaint_clocks": "credit.complaints.health_warnings.stuck_cases_warning",
    }
