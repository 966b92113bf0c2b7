"""The back office of complaints: the queues of officers, reviewers and merchants, tip-offs, terms, and what was left behind."""

from credit.complaints.admin import (
    complaints,
    contact,
    oversight,
    policies,
    records,
    templates,
    tip_offs,
)

__all__ = ["complaints", "contact", "oversight", "policies", "records", "templates", "tip_offs"]

name_verbs(
    enter_complaint=gettext_lazy("代录投诉"),
    erase_case_note=gettext_lazy("删除办理说明"),
    erase_case_evidence=gettext_lazy("删除证据内容"),
    publish_complaint_policy=gettext_lazy("发布投诉办理期限"),
    withdraw_complaint_policy=gettext_lazy("撤回投诉办理期限"),
)
