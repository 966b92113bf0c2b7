"""The back office of complaints: so far what the journal calls its verbs."""

from django.utils.translation import gettext_lazy

from credit.complaints.admin import contact, oversight
from district.kernel.backoffice import name_verbs

__all__ = ["contact", "oversight"]

name_verbs(
    enter_complaint=gettext_lazy("代录投诉"),
    erase_case_note=gettext_lazy("删除办理说明"),
    erase_case_evidence=gettext_lazy("删除证据内容"),
    publish_complaint_policy=gettext_lazy("发布投诉办理期限"),
    withdraw_complaint_policy=gettext_lazy("撤回投诉办理期限"),
)
