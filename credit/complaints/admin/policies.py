"""投诉办理规则: terms and reminders, proposed after a look at what changes, announced by another person ahead."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.admin.common import register_proposals
from credit.complaints import services as complaints
from credit.complaints.admin.common import COMPLAINTS
from credit.complaints.machine.policy import DEFAULT_POLICY, LONGEST_TERM
from credit.complaints.machine.words import TermName
from credit.complaints.machine.working_days import TermUnit
from credit.complaints.models import ComplaintPolicy
from credit.complaints.queries.policies import policy_document_on, worked_dates
from credit.complaints.queries.timekeeping import tabled_calendar
from credit.complaints.texts import CASE_CLOCKS, TERM_TEXTS
from district.kernel import clock
from district.kernel.backoffice import (
    ActionForm,
    Menu,
    Panel,
    ReadOnlyAdmin,
    Section,
    format_instant,
)
from district.kernel.backoffice.columns import Column
from district.kernel.backoffice.widgets import DayInput
from district.kernel.four_eyes.admin import Approve, Reject
from district.kernel.idempotency import Key
from district.merchants.scope import OperatorAction, viewer

State = ComplaintPolicy.State
_UNITS = [
    (TermUnit.WORKING_DAYS.value, gettext_lazy("工作日")),
    (TermUnit.DAYS.value, gettext_lazy("自然日")),
    (TermUnit.HOURS.value, gettext_lazy("小时")),
]
_UNIT_TEXTS, _CLOCK_TEXTS = dict(_UNITS), dict(CASE_CLOCKS)
_TERM = re.compile(r"\s*(\d{1,3})\s*(\S+)\s*\Z")
_REMINDED = tuple(DEFAULT_POLICY["reminder_hours_before_due"])


class PolicyForm(ActionForm):
    """Each term on one line as people write it, such as 5 工作日; each reminder as hours before the end."""

    version = forms.RegexField(
        r"^[0-9A-Za-z._-]{1,40}\Z",
        label=gettext_lazy("版本"),
        help_text=gettext_lazy("字母、数字、点、横线，例如 complaints-2027-01。"),
    )
    effective_from = forms.DateField(label=gettext_lazy("生效日期"), widget=DayInput())
    reason = forms.CharField(label=gettext_lazy("依据"), max_length=200)

    def prepare(self) -> None:
        units = "、".join(str(text) for text in _UNIT_TEXTS.values())
        for name in TermName:
            self.fields[f"term_{name}"] = forms.CharField(
                label=TERM_TEXTS[name],
                max_length=20,
                help_text=_("数字与单位，单位为%(units)s。") % {"units": units},
            )
        for name in _REMINDED:
            self.fields[f"remind_{name}"] = forms.CharField(
                label=_("%(clock)s：到期前几小时提醒") % {"clock": _CLOCK_TEXTS[name]},
                max_length=40,
                required=False,
                help_text=_("多次提醒用逗号分开；留空不提醒。"),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        terms = {str(name): self._term(f"term_{name}", cleaned) for name in TermName}
        reminders = {name: self._hours(f"remind_{name}", cleaned) for name in _REMINDED}
        if not self.errors:
            cleaned["document"] = {
                "version": cleaned["version"],
                "effective_from": cleaned["effective_from"].isoformat(),
                "terms": terms,
                "reminder_hours_before_due": reminders,
            }
        return cleaned

    def _term(self, field: str, cleaned: dict[str, Any]) -> Any:
        match = _TERM.match(cleaned.get(field, ""))
        unit = match and next((u for u, text in _UNIT_TEXTS.items() if text == match[2]), None)
        if match is None or unit is None or not 1 <= int(match[1]) <= LONGEST_TERM:
            if field in cleaned:
                self.add_error(field, _("请写成“5 工作日”“60 自然日”或“48 小时”。"))
            return None
        return {"amount": int(match[1]), "unit": unit}

    def _hours(self, field: str, cleaned: dict[str, Any]) -> list[int]:
        parts = [part for part in re.split(r"[,，、\s]+", cleaned.get(field, "")) if part]
        wrong = [part for part in parts if not re.fullmatch(r"[1-9][0-9]{0,3}", part)]
        if wrong or len(set(parts)) != len(parts):
            self.add_error(field, _("请填写互不相同的小时数，例如 24, 4。"))
            return []
        return [int(part) for part in parts]


class ProposePolicy(OperatorAction):
    name, label, icon = "propose", gettext_lazy("提出新规则"), "rule"
    permission, form_class = "complaints.add_complaintpolicy", PolicyForm
    explanation = gettext_lazy(
        "由另一人复核后公告，从生效日起按新规则计算；此前开始的期限不变。"
        "受理期限不得超过 7 个工作日。"
    )
    success_message = gettext_lazy("已提交，等待复核。")
    has_preview = True
    is_edit = False  # the terms of now are a suggestion

    def initial(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        document = policy_document_on(clock.business_day(clock.now()))
        return {
            **{f"term_{name}": _term_text(term) for name, term in document["terms"].items()},
            **{
                f"remind_{name}": _hours_text(hours)
                for name, hours in document["reminder_hours_before_due"].items()
            },
        }

    def preview(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any]
    ) -> Iterable[Section]:
        yield from change_sections(cleaned_data["document"], cleaned_data["effective_from"])

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> ComplaintPolicy:
        return complaints.propose_policy(
            document=cleaned_data["document"],
            reason=cleaned_data["reason"],
            by=viewer(request).user,
            key=key,
        )


class ApprovePolicy(Approve, OperatorAction):
    permission = "complaints.change_complaintpolicy"
    explanation = gettext_lazy("通过后公告，到生效日起按此规则计算。")
    success_message = gettext_lazy("已公告。")
    verb, row_argument = staticmethod(complaints.approve_policy), "proposal"

    def aside(self, request: HttpRequest, row: ComplaintPolicy) -> Iterable[Panel]:
        return list(change_sections(row.document, row.effective_from))


class RejectPolicy(Reject, OperatorAction):
    permission = "complaints.change_complaintpolicy"
    verb, row_argument = staticmethod(complaints.reject_policy), "proposal"


class WithdrawForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("撤回原因"), max_length=200)


class WithdrawPolicy(OperatorAction):
    name, label, icon, is_dangerous = "withdraw", gettext_lazy("撤回"), "undo", True
    permission, form_class = "complaints.change_complaintpolicy", WithdrawForm
    explanation = gettext_lazy("尚未生效的规则可以撤回；此前的规则继续有效。")
    success_message = gettext_lazy("已撤回。")
    states = (State.APPROVED,)
    verb, row_argument = staticmethod(complaints.withdraw_policy), "policy"

    def is_applicable(self, row: ComplaintPolicy) -> bool:
        today = clock.business_day(clock.now())
        return (
            super().is_applicable(row) and row.withdrawn_at is None and row.effective_from > today
        )


def _standing(row: ComplaintPolicy) -> str:
    if row.withdrawn_at is not None:
        return _("已撤回")
    if row.state != State.APPROVED:
        return str(row.get_state_display())
    return _("已生效") if row.effective_from <= clock.business_day(clock.now()) else _("待生效")


@admin.register(ComplaintPolicy)
class ComplaintPolicyAdmin(ReadOnlyAdmin):
    menu = Menu(COMPLAINTS, "rule", 32)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("目前按内置的规则办理；发布新规则后，它们会列在这里。")
    ordering = ["-effective_from"]
    sortable_by = ()
    state_text = Column(gettext_lazy("状态"), _standing)
    list_display = ["version", "effective_from", "state_text", "proposed_at", "withdrawn_at"]
    list_filter = ["state"]
    fields = [
        *("version", "effective_from", "state_text", "reason", "proposed_by", "proposed_at"),
        *("decided_by", "decided_at", "decision"),
        *("withdrawn_at", "withdrawn_by", "withdrawn_for"),
    ]
    add_action = ProposePolicy()
    row_actions = (ApprovePolicy(), RejectPolicy(), WithdrawPolicy())

    def sections(self, request: HttpRequest, row: ComplaintPolicy) -> Iterable[Section]:
        reminders = row.document["reminder_hours_before_due"]
        yield Section(
            _("期限"),
            [_("期限"), _("长度")],
            [
                [TERM_TEXTS[TermName(name)], _term_text(t)]
                for name, t in row.document["terms"].items()
            ],
            empty="",
        )
        yield Section(
            _("提醒"),
            [_("期限"), _("到期前（小时）")],
            [[_CLOCK_TEXTS[name], _hours_text(hours) or "—"] for name, hours in reminders.items()],
            empty=_("不提醒。"),
        )
        if row.state == State.PROPOSED:
            yield from change_sections(row.document, row.effective_from)


register_proposals({ComplaintPolicy: gettext_lazy("待复核投诉办理规则")}, order=78)


def change_sections(document: dict[str, Any], day: date) -> Iterator[Section]:
    """What a policy changes from its day on, and where terms end that begin at nine on that day."""
    before = policy_document_on(day)
    yield Section(
        _("与届时生效的规则相比"),
        [_("项目"), _("原规则"), _("新规则")],
        list(_changes(before, document)),
        empty=_("没有变化。"),
    )
    yield Section(
        _("以生效日 9:00 开始的期限为例"),
        [_("期限"), _("原规则到期"), _("新规则到期")],
        [
            [str(TERM_TEXTS[name]), format_instant(old), format_instant(new)]
            for name, old, new in worked_dates(before, document, day, tabled_calendar())
        ],
        empty="",
        note=_("到期时刻不含在内：0:00 即前一日 24:00。"),
    )


def _changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[list[str]]:
    for name in TermName:
        old, new = _term_text(before["terms"][name]), _term_text(after["terms"][name])
        if old != new:
            yield [str(TERM_TEXTS[name]), old, new]
    key = "reminder_hours_before_due"
    for name in _REMINDED:
        old, new = _hours_text(before[key].get(name, [])), _hours_text(after[key][name])
        if old != new:
            label = _("%(clock)s的提醒（小时）") % {"clock": _CLOCK_TEXTS[name]}
            yield [label, old or "—", new or "—"]


def _term_text(term: dict[str, Any]) -> str:
    return f"{term['amount']} {_UNIT_TEXTS[term['unit']]}"


def _hours_text(hours: Iterable[int]) -> str:
    return ", ".join(str(hour) for hour in sorted(hours, reverse=True))
