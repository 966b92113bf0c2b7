"""What people may do to a case, derived from the table: each (action, part) of its rows becomes an action with a form.

The form has the reasons, the note and a field for each word (`details.py`) of the rows that the person may take now. A word or a
row that is added to the table appears by itself.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from credit.complaints import services as complaints
from credit.complaints.admin.case_panels import act_panels
from credit.complaints.admin.common import HANDLE
from credit.complaints.admin.details import AGREED, APART, STATED_BY, Detail, detail_of
from credit.complaints.machine import guards as g
from credit.complaints.machine.details import LONGEST_NOTE
from credit.complaints.machine.transitions import TABLE, CaseTransition
from credit.complaints.machine.words import CaseAction, CaseActor, CaseState
from credit.complaints.models import AnswerTemplate, CaseFile
from credit.complaints.queries.case_queue import rows_for
from credit.complaints.texts import CASE_ACTIONS, REFUSAL_TEXTS, TIP_OFF_TEXTS
from district.kernel.backoffice import Action, ActionForm
from district.kernel.backoffice.dashboard import Panel
from district.kernel.idempotency import Key
from district.merchants.scope import viewer

OFFICE = (CaseActor.OFFICER, CaseActor.REVIEWER)
# Done elsewhere: what the fund pays is money, and a label of abuse is two people's.
ELSEWHERE = frozenset(
    {CaseAction.PAY, CaseAction.MARK_ABUSIVE, CaseAction.SUBMIT, CaseAction.TIP_OFF}
)
_NEEDS_NOTE = frozenset({g.reasons_written, g.questions_asked, g.new_facts_given})
_NEEDS_EVIDENCE = frozenset({g.evidence_given})
_REASON_TEXTS = REFUSAL_TEXTS | TIP_OFF_TEXTS
_LABELS = dict(CASE_ACTIONS)
_ICONS = {
    CaseAction.ACCEPT: "check_circle",
    CaseAction.REFUSE: "block",
    CaseAction.ASK_INFO: "help",
    CaseAction.MERGE: "merge",
    CaseAction.DECIDE: "gavel",
    CaseAction.AGREE: "handshake",
    CaseAction.ANSWER: "reply",
    CaseAction.PROPOSE: "lightbulb",
    CaseAction.APPEAL: "balance",
    CaseAction.MARK_DONE: "task_alt",
    CaseAction.TRANSFER: "outbound",
}
_OWN_LABELS = {
    (CaseActor.REVIEWER, CaseAction.CONFIRM): gettext_lazy("维持原结论"),
    (CaseActor.REVIEWER, CaseAction.CHANGE): gettext_lazy("改变原结论"),
    (CaseActor.MERCHANT, CaseAction.SUPPLY): gettext_lazy("提交证据"),
    (CaseActor.SHOPPER, CaseAction.SUPPLY): gettext_lazy("代消费者补充材料"),
    (CaseActor.SHOPPER, CaseAction.PROPOSE): gettext_lazy("代消费者提出方案"),
    (CaseActor.SHOPPER, CaseAction.ACCEPT_PROPOSAL): gettext_lazy("代消费者接受方案"),
    (CaseActor.SHOPPER, CaseAction.ESCALATE): gettext_lazy("代消费者申请调解"),
    (CaseActor.SHOPPER, CaseAction.APPEAL): gettext_lazy("代消费者申请复核"),
    (CaseActor.SHOPPER, CaseAction.CONFIRM): gettext_lazy("代消费者确认已履行"),
    (CaseActor.SHOPPER, CaseAction.DENY): gettext_lazy("代消费者反馈未解决"),
    (CaseActor.SHOPPER, CaseAction.WITHDRAW): gettext_lazy("代消费者撤回"),
    (CaseActor.SHOPPER, CaseAction.TRANSFER): gettext_lazy("代消费者移送"),
    (CaseActor.SHOPPER, CaseAction.REOPEN): gettext_lazy("代消费者申请重新处理"),
    (CaseActor.SHOPPER, CaseAction.EVALUATE): gettext_lazy("代消费者评价"),
}
_NOTE_LABELS = {
    CaseAction.ASK_INFO: gettext_lazy("需要补充的内容"),
    CaseAction.DECIDE: gettext_lazy("裁定理由"),
    CaseAction.ANSWER: gettext_lazy("答复内容"),
    CaseAction.APPEAL: gettext_lazy("申请理由"),
    CaseAction.CLOSE: gettext_lazy("办理结果"),
}


class CaseActForm(ActionForm):
    """What an act says, as its rows of the table want it; `seen_seq` is the last event that the page shows."""

    seen_seq = forms.IntegerField(widget=forms.HiddenInput, required=False)
    act: "CaseAct"

    def prepare(self) -> None:
        rows = self.act.rows(self.request, self.row) or self.act.table_rows
        self.initial["seen_seq"] = self.row.seq
        self.words = _words(rows, self.act.part)
        reasons = sorted(set().union(*(row.reasons for row in rows)))
        if reasons:
            choices = [(reason, _REASON_TEXTS.get(reason, reason)) for reason in reasons]
            self.fields["reason"] = forms.ChoiceField(label=gettext_lazy("原因"), choices=choices)
        for detail in self.words.values():
            self.fields.update(detail.fields(self.row))
        guards = set().union(*(row.guards for row in rows))
        if any("evidence" in row.options for row in rows):
            self.fields["evidence"] = forms.CharField(
                label=gettext_lazy("证据（每行一件）"),
                widget=forms.Textarea(attrs={"rows": 3}),
                required=bool(guards & _NEEDS_EVIDENCE),
                max_length=5_000,
            )
        self._add_note(is_needed=bool(guards & _NEEDS_NOTE))

    def _add_note(self, *, is_needed: bool) -> None:
        templates = AnswerTemplate.objects.filter(is_live=True, action=str(self.act.action))
        is_office = self.act.part is not CaseActor.MERCHANT
        offered = is_office and templates.exists()
        if offered:
            self.fields["template"] = forms.ModelChoiceField(
                templates.order_by("title"),
                label=gettext_lazy("套用模板"),
                required=False,
                help_text=gettext_lazy("说明留空时，以模板全文作为说明。"),
            )
        self.fields["note"] = forms.CharField(
            label=_NOTE_LABELS.get(self.act.action, gettext_lazy("说明")),
            widget=forms.Textarea(attrs={"rows": 5}),
            required=is_needed and not offered,
            max_length=LONGEST_NOTE,
            help_text=self.act.note_hint,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        template = cleaned.get("template")
        if template and not cleaned.get("note"):
            cleaned["note"] = template.text
        return cleaned


class CaseAct(Action):
    """An action of the table in a part; the verb is the one of all acts."""

    permission = "complaints.change_complaint"
    success_message = gettext_lazy("已办理。")

    def __init__(self, part: CaseActor, action: CaseAction) -> None:
        self.part, self.action = part, action
        prefix = "" if part is CaseActor.OFFICER else f"{part}-"
        self.name = f"{prefix}{action}".replace("_", "-")  # type: ignore[misc]
        self.label = _OWN_LABELS.get((part, action), _LABELS[str(action)])  # type: ignore[misc]
        self.icon = _ICONS.get(action, "edit")  # type: ignore[misc]
        self.is_dangerous = action in {CaseAction.REFUSE, CaseAction.END_WITHOUT_RESULT}  # type: ignore[misc]
        self.form_class = type("ActForm", (CaseActForm,), {"act": self})
        self.table_rows = [row for row in TABLE if row.action is action and part in row.actors]

    @property
    def note_hint(self) -> Any:
        if self.part is CaseActor.MERCHANT:
            return gettext_lazy("消费者与调解员都会看到。")
        if self.part is CaseActor.SHOPPER:
            return gettext_lazy("照消费者所说的填写，以消费者的名义记录；请勿写电话号码。")
        return gettext_lazy("写入办理记录，当事人可以看到；请勿写电话号码。")

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        if self.part is CaseActor.MERCHANT:
            return who.post is not None and who.can(HANDLE)
        if not who.operator or not super().is_allowed(request, row):
            return False
        # A member acts in the app; for a person who is none an officer does.
        if self.part is CaseActor.SHOPPER:
            return row is None or row.walk_in_id is not None
        # Whoever decided a case does not review it; what else speaks against an act stands on its form.
        return self.part is not CaseActor.REVIEWER or row is None or self._may_review(request, row)

    def _may_review(self, request: HttpRequest, row: CaseFile) -> bool:
        in_review = row.state == CaseState.UNDER_REVIEW
        return not in_review or bool(self.rows(request, row))

    def is_applicable(self, row: CaseFile) -> bool:
        if self.part is CaseActor.SHOPPER and row.walk_in_id is None:
            return False
        return bool(rows_for(row, self.part, self.action))

    def rows(self, request: HttpRequest, row: CaseFile) -> list[CaseTransition]:
        """The rows of the table that the person may take with this act now."""
        return rows_for(row, self.part, self.action, person=str(viewer(request).user.pk))

    def aside(self, request: HttpRequest, row: CaseFile) -> Iterable[Panel]:
        return act_panels(request, row)

    def run(
        self, request: HttpRequest, row: CaseFile, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        rows = self.rows(request, row) or self.table_rows
        details = {
            word: detail.read(cleaned_data) for word, detail in _words(rows, self.part).items()
        }
        complaints.act_on_case(
            case=row,
            request=complaints.CaseRequest(
                action=self.action,
                actor=self.part,
                by=viewer(request).user,
                reason=cleaned_data.get("reason", ""),
                note=cleaned_data.get("note", ""),
                details={word: value for word, value in details.items() if value is not None},
                evidence=_pieces(cleaned_data.get("evidence", "")),
                seen_seq=cleaned_data.get("seen_seq"),
            ),
            key=key,
        )


def _words(rows: Iterable[CaseTransition], part: CaseActor) -> Mapping[str, Detail]:
    """How each word of the rows is asked for in a part, in the order of the table."""
    words: dict[str, Detail] = {}
    for row in rows:
        agreed = g.both_sides_agreed in row.guards
        for word in (*row.details, *row.options):
            if word == "stated_by":
                if part is CaseActor.SHOPPER:
                    words[word] = STATED_BY
            elif word not in APART:
                words[word] = AGREED if agreed and word == "sides" else detail_of(word)
    return words


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def acts_of(*parts: CaseActor, tip_offs: bool = False) -> tuple[CaseAct, ...]:
    """The acts that these parts may do to complaints, or to tip-offs, in the order of the table."""
    found: dict[tuple[CaseActor, CaseAction], CaseAct] = {}
    for row in TABLE:
        is_tip_off = row.row.startswith("t")
        for part in parts:
            if part in row.actors and is_tip_off is tip_offs and row.action not in ELSEWHERE:
                found.setdefault((part, row.action), CaseAct(part, row.action))
    return tuple(found.values())
