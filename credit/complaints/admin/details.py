"""A form field for each word that an act of the table may have: what the forms of acts are derived from.

`DETAILS` has a maker by the word's name. Whoever adds a word to a row of the table adds its maker here; a word without one
is asked for as a line of text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.complaints.machine.words import SIDES
from credit.complaints.models import CaseFile
from credit.complaints.models.case_file import OPEN_NAMES
from credit.complaints.texts import (
    CASE_ACTORS,
    CASE_OUTCOMES,
    CASE_SEVERITIES,
    CASE_WISHES,
    RESOLVED_TEXTS,
    STANCE_TEXTS,
    STATED_BY_TEXTS,
)
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.backoffice.widgets import DayInput

_FINDINGS = CASE_OUTCOMES[:3]
_MARKS = [(mark, str(mark)) for mark in range(5, 0, -1)]
_SIDES = [choice for choice in CASE_ACTORS if choice[0] in {side.value for side in SIDES}]


@dataclass(frozen=True)
class Detail:
    """The fields that ask for a word, and how its value is read from them; None leaves the word out."""

    fields: Callable[[CaseFile], Mapping[str, forms.Field]]
    read: Callable[[Mapping[str, Any]], Any]


def _one(name: str, make: Callable[[CaseFile], forms.Field]) -> Detail:
    return Detail(lambda case: {name: make(case)}, lambda data: data.get(name) or None)


def _choice(name: str, label: Any, choices: Any) -> Detail:
    return _one(name, lambda case: forms.ChoiceField(label=label, choices=list(choices)))


def _severity(case: CaseFile) -> forms.Field:
    choices = list(CASE_SEVERITIES)
    return forms.ChoiceField(label=_("严重程度"), choices=choices, initial=case.severity)


def _mark(name: str, label: Any) -> Detail:
    return _one(name, lambda case: forms.TypedChoiceField(label=label, choices=_MARKS, coerce=int))


def _line(name: str, label: Any) -> Detail:
    return _one(name, lambda case: forms.CharField(label=label, max_length=100))


def _remedy_fields(case: CaseFile) -> dict[str, forms.Field]:
    none = ("", _("（无）"))
    return {
        "remedy_kind": forms.ChoiceField(
            label=_("处理方案"), choices=[none, *CASE_WISHES], required=False
        ),
        "remedy_fen": YuanField(
            _("退款金额（元）"), required=False, help_text=_("只在退款或部分退款时填写。")
        ),
        "remedy_due_on": forms.DateField(
            label=_("约定日期"),
            required=False,
            widget=DayInput(),
            help_text=_("裁定的方案不填日期，按规则计算。"),
        ),
    }


def _read_remedy(data: Mapping[str, Any]) -> Any:
    kind, due_on = data.get("remedy_kind"), data.get("remedy_due_on")
    if not kind:
        return None
    return {
        "kind": kind,
        "amount_fen": data.get("remedy_fen") or 0,
        "due_on": due_on and due_on.isoformat(),
    }


def _master(case: CaseFile) -> forms.Field:
    others = CaseFile.objects.filter(
        kind=CaseFile.Kind.COMPLAINT, store=case.store_id, state__in=OPEN_NAMES
    ).exclude(pk=case.pk)
    return forms.ModelChoiceField(others.order_by("pk"), label=_("并入的案件"))


def _read_master(data: Mapping[str, Any]) -> str | None:
    master = data.get("master")
    return master and master.public_id


def _refund(case: CaseFile) -> forms.Field:
    return YuanField(
        _("已退金额（元）"),
        min_fen=0,
        required=False,
        help_text=_("须与处理方案的退款金额一致；方案不含退款时不填。"),
    )


def _day(data: Mapping[str, Any]) -> str | None:
    day = data.get("due_on")
    return day and day.isoformat()


DETAILS: dict[str, Detail] = {
    "severity": _one("severity", _severity),
    "stance": _choice("stance", _("答复意见"), STANCE_TEXTS.items()),
    "finding": _choice("finding", _("裁定结果"), _FINDINGS),
    "rule": _line("rule", _("依据条款")),
    "remedy": Detail(_remedy_fields, _read_remedy),
    "sides": _one(
        "sides", lambda case: forms.MultipleChoiceField(label=_("举证方"), choices=_SIDES)
    ),
    "body": _line("body", _("检验鉴定机构")),
    "cost_bearer": _line("cost_bearer", _("费用承担方")),
    "due_on": Detail(
        lambda case: {"due_on": forms.DateField(label=_("截止日期"), widget=DayInput())}, _day
    ),
    "shopper_agrees_to_later": _one(
        "shopper_agrees_to_later",
        lambda case: forms.BooleanField(label=_("消费者同意超过规定期限的日期"), required=False),
    ),
    "authority": _line("authority", _("受理机关")),
    "reference": _line("reference", _("受理文号")),
    "master": Detail(lambda case: {"master": _master(case)}, _read_master),
    "speed": _mark("speed", _("处理速度")),
    "fairness": _mark("fairness", _("处理公正")),
    "result": _mark("result", _("处理结果")),
    "resolved": _choice("resolved", _("问题是否解决"), RESOLVED_TEXTS.items()),
    "anonymous": _one(
        "anonymous", lambda case: forms.BooleanField(label=_("对商户匿名评价"), required=False)
    ),
    "refund_fen": Detail(
        lambda case: {"refund_fen": _refund(case)}, lambda data: data.get("refund_fen") or 0
    ),
}
# What both sides agreed to is asked as one tick.
AGREED = Detail(
    lambda case: {"both_agreed": forms.BooleanField(label=_("双方均已同意"))},
    lambda data: [side.value for side in SIDES] if data.get("both_agreed") else None,
)
# Words that other fields of the form stand for; a purchase is proven when the case is entered.
APART = frozenset({"evidence", "paid_fen", "purchase"})
# How a person who is no member told it: asked of the officer who writes it, of nobody else.
STATED_BY = _choice("stated_by", _("告知方式"), STATED_BY_TEXTS.items())


def detail_of(word: str) -> Detail:
    """How a word is asked for."""
    return DETAILS.get(word) or _line(word, word)
