"""The pair of actions by which another person decides a proposal; an app says which verb they call."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Action, ActionForm
from district.kernel.backoffice.registry import person
from district.kernel.four_eyes.model import Proposal


class ApprovalForm(ActionForm):
    note = forms.CharField(label=gettext_lazy("复核意见"), max_length=200, required=False)


class RejectionForm(ActionForm):
    note = forms.CharField(label=gettext_lazy("拒绝原因"), max_length=200)


class Approve(Action):
    """Not offered to whoever proposed it; the verb refuses them too. Who may at all is another base's."""

    name, label, icon = "approve", gettext_lazy("通过"), "check_circle"
    form_class: type[ActionForm] = ApprovalForm
    states = (Proposal.State.PROPOSED,)

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        own = row is not None and row.proposed_by_id == person(request).pk
        return not own and super().is_allowed(request, row)


class Reject(Approve):
    """The other one of the pair, with a reason."""

    name, label, icon, is_dangerous = "reject", gettext_lazy("拒绝"), "cancel", True
    success_message = gettext_lazy("已拒绝。")
    form_class: type[ActionForm] = RejectionForm
