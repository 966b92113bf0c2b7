"""A policy of the score as a form: a field for each of its numbers, with what is wrong at its field."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.queries.policy_shadow import policy_problems
from credit.score.policy import ScorePolicy
from credit.score.policy_document import (
    ScorePolicyInvalid,
    credit_v1,
    policy_document,
    read_policy,
)
from credit.score.values import GRADES
from credit.services.policies import NOTICE_DAYS
from district.documents.reader import DocumentProblem
from district.kernel import clock
from district.kernel.backoffice.live_forms import FieldGroup, LiveForm
from district.kernel.backoffice.widgets import DayInput

# Of the document's first names; the order of the page.
GROUPS: Final = {
    "version": gettext_lazy("版本与生效"),
    "decay": gettext_lazy("时间衰减"),
    "rating": gettext_lazy("消费评价"),
    "burden": gettext_lazy("投诉负担"),
    "handling": gettext_lazy("投诉处理"),
    "promise": gettext_lazy("承诺检查"),
    "profile": gettext_lazy("公示资料"),
    "penalties": gettext_lazy("失信记录"),
    "interval": gettext_lazy("区间"),
    "evidence": gettext_lazy("证据量"),
    "grades": gettext_lazy("等级"),
}
_OF_GROUP: Final = {"most_penalty_points": "penalties"}
LABELS: Final = {
    "version": gettext_lazy("版本名"),
    "half_life_days": gettext_lazy("半衰期（天）"),
    "horizon_days": gettext_lazy("最长计入（天）"),
    "weight_bp": gettext_lazy("权重（万分之）"),
    "prior_bp": gettext_lazy("起始值（万分之）"),
    "prior_count": gettext_lazy("起始值相当于几条"),
    "prior_cases": gettext_lazy("起始投诉量（件）"),
    "prior_thousand_purchases": gettext_lazy("起始消费量（千笔）"),
    "halving_rate": gettext_lazy("减半的投诉率（件/千笔）"),
    "severity_bp.minor": gettext_lazy("轻微投诉（万分之）"),
    "severity_bp.ordinary": gettext_lazy("一般投诉（万分之）"),
    "severity_bp.serious": gettext_lazy("严重投诉（万分之）"),
    "outcome_bp.upheld": gettext_lazy("支持（万分之）"),
    "outcome_bp.partly_upheld": gettext_lazy("部分支持（万分之）"),
    "outcome_bp.settled_in_mediation": gettext_lazy("调解和解（万分之）"),
    "outcome_bp.settled_direct": gettext_lazy("协商和解（万分之）"),
    "satisfied_stars": gettext_lazy("几星起视为满意"),
    "items_bp.licence": gettext_lazy("执照（万分之）"),
    "items_bp.address": gettext_lazy("地址（万分之）"),
    "items_bp.price_policy": gettext_lazy("价格与退换规则（万分之）"),
    "items_bp.responsible_person": gettext_lazy("负责人（万分之）"),
    "items_bp.complaint_contact": gettext_lazy("投诉联系人（万分之）"),
    "minor.points": gettext_lazy("轻微：扣分"),
    "minor.term_days": gettext_lazy("轻微：公示期（天）"),
    "minor.repair_after_days": gettext_lazy("轻微：满几天可修复"),
    "general.points": gettext_lazy("一般：扣分"),
    "general.term_days": gettext_lazy("一般：公示期（天）"),
    "general.repair_after_days": gettext_lazy("一般：满几天可修复"),
    "serious.points": gettext_lazy("严重：扣分"),
    "serious.term_days": gettext_lazy("严重：公示期（天）"),
    "serious.repair_after_days": gettext_lazy("严重：满几天可修复"),
    "most_penalty_points": gettext_lazy("合计最多扣分"),
    "width_milli": gettext_lazy("区间宽度（千分之标准误）"),
    "least_share_bp": gettext_lazy("最小比例（万分之）"),
    "per_rating": gettext_lazy("每条评价"),
    "per_case": gettext_lazy("每件投诉"),
    "per_check": gettext_lazy("每项检查"),
    "low": gettext_lazy("较少，自"),
    "medium": gettext_lazy("充分，自"),
    "high": gettext_lazy("很充分，自"),
    "A": gettext_lazy("A 级，自（分）"),
    "B": gettext_lazy("B 级，自（分）"),
    "C": gettext_lazy("C 级，自（分）"),
    "D": gettext_lazy("D 级，自（分）"),
    "margin": gettext_lazy("缓冲分"),
    "low_evidence_best": gettext_lazy("证据较少时最高"),
    "breach_best": gettext_lazy("未履行时最高"),
}
_WRONG: Final = gettext_lazy("数值不正确。")
TEXTS: Final = {
    "not_in_range": gettext_lazy("须在 {detail} 之间。"),
    "missing": gettext_lazy("请填写。"),
    "wrong_sum": gettext_lazy("各项之和须为 {detail}。"),
    "weights_wrong_sum": gettext_lazy("五项权重之和须为 {detail}。"),
    "after_term": gettext_lazy("不能长于公示期。"),
    "not_rising": gettext_lazy("三档须依次升高。"),
    "not_falling": gettext_lazy("各等级的分数须依次降低。"),
    "not_a_text": gettext_lazy("长度须为 {detail} 个字。"),
}


class PolicyForm(LiveForm):
    """What it comes to is a `document`, and its `policy`; from which day on, and why."""

    policy: ScorePolicy | None = None
    faults: tuple[DocumentProblem, ...] = ()

    effective_on = forms.DateField(
        label=gettext_lazy("生效日期"),
        widget=DayInput,
        help_text=gettext_lazy("至少提前 14 天公告。"),
    )
    reason = forms.CharField(label=gettext_lazy("修订理由"), max_length=500)

    def prepare(self) -> None:
        words = [(grade.value, grade.value) for grade in GRADES]
        for path, value in leaves(policy_document(credit_v1())):
            label = label_of(path)
            if path == "version":
                field: forms.Field = forms.RegexField(
                    regex=r"^[0-9A-Za-z._-]{1,40}\Z", label=label, max_length=40
                )
            elif isinstance(value, str):
                field = forms.ChoiceField(label=label, choices=words)
            else:
                field = forms.IntegerField(label=label)
            self.fields[name_of(path)] = field

    def clean_effective_on(self) -> date:
        day: date = self.cleaned_data["effective_on"]
        earliest = clock.business_day(clock.now()) + timedelta(days=NOTICE_DAYS)
        if day < earliest:
            raise forms.ValidationError(_("最早可于 %(day)s 生效。") % {"day": earliest})
        return day

    def groups(self) -> list[FieldGroup]:
        grouped: dict[str, list[Any]] = {key: [] for key in GROUPS}
        for path, _value in leaves(policy_document(credit_v1())):
            first = path.partition(".")[0]
            grouped[_OF_GROUP.get(first, first)].append(self[name_of(path)])
        grouped["version"] += [self["effective_on"], self["reason"]]
        return [FieldGroup(str(GROUPS[key]), fields) for key, fields in grouped.items()]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        paths = [path for path, _value in leaves(policy_document(credit_v1()))]
        if any(name_of(path) in self.errors for path in paths if path != "version"):
            return values
        # The example needs no name; without one the form stays wrong.
        values.setdefault("version", "draft")
        document: dict[str, Any] = {"schema": 1}
        for path in paths:
            _put(document, path.split("."), values.pop(name_of(path)))
        try:
            self.policy = read_policy(document)
            self.faults = tuple(policy_problems(self.policy))
        except ScorePolicyInvalid as invalid:
            self.faults = invalid.problems
        for problem in self.faults:
            self.add_error(self._field_at(problem.path), problem_text(problem))
        return values | {"document": document}

    def _field_at(self, path: str) -> str | None:
        """The field of a path; of an object its first one."""
        fields = (name_of(leaf) for leaf, _v in leaves(policy_document(credit_v1())))
        prefix = name_of(path)
        return next((name for name in fields if path and name.startswith(prefix)), None)


def values_of_policy(policy: ScorePolicy) -> dict[str, Any]:
    """The first values of the form."""
    return {name_of(path): value for path, value in leaves(policy_document(policy))}


def name_of(path: str) -> str:
    """The field of a place of the document."""
    return path.replace(".", "-")


def leaves(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every number and word of the document with its path, without the schema's number."""
    for name, value in document.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from leaves(value, f"{path}.")
        elif path != "schema":
            yield path, value


def problem_text(problem: DocumentProblem) -> str:
    """One sentence in Chinese."""
    return str(TEXTS.get(problem.code, _WRONG)).format(detail=problem.detail)


def label_of(path: str) -> Any:
    """The name of a number, by the whole end of its path or by its last word."""
    ends = [path.split(".", number)[-1] for number in range(path.count(".") + 1)]
    return next((LABELS[end] for end in ends if end in LABELS), _("数值"))


def _put(document: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        document = document.setdefault(name, {})
    document[path[-1]] = value
