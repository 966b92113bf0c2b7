"""The parts of a draft that are stored as documents: hours, places and conditions, as fields of a form.

Each part adds its fields to a form, says a stored document as their first values, and reads them back.
What the person may not see of a document (places of others) stays in it untouched.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.engine.schedule import DAY_MINUTES, DayKind
from coupons.engine.scope import KINDS
from district.kernel.backoffice.widgets import ClockInput, DayInput, ListToTick

FormValues = dict[str, Any]
Fields = dict[str, forms.Field]
Choices = Mapping[str, list[tuple[str, str]]]

WINDOWS, STRETCHES = 3, 3
_HOUR = 60
_SPLIT = re.compile(r"[\s,，、;；]+")
_MOST_WORDS, _LONGEST = 20_000, 64


class WordListField(forms.CharField):
    """Words or numbers in one box, apart by spaces, commas or lines; what comes out is their list."""

    def __init__(
        self, label: Any, *, pattern: str = "", rows: int = 3, help_text: Any = ""
    ) -> None:
        self.pattern = pattern
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(label=label, required=False, widget=widget, help_text=help_text)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = list(dict.fromkeys(word for word in _SPLIT.split(super().clean(value)) if word))
        if len(words) > _MOST_WORDS:
            raise forms.ValidationError(_("最多 %(most)s 个。") % {"most": f"{_MOST_WORDS:,}"})
        for word in words:
            if len(word) > _LONGEST or (self.pattern and not re.fullmatch(self.pattern, word)):
                raise forms.ValidationError(
                    _("“%(word)s”的格式不正确。") % {"word": word[:_LONGEST]}
                )
        return words


def checklist_field(label: Any, choices: list[tuple[Any, str]], help_text: Any = "") -> forms.Field:
    """A list to tick; nothing ticked is an empty list."""
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=ListToTick, help_text=help_text
    )


class HoursFields:
    """When: some windows of hours and weekdays, and stretches of days on which it is never."""

    @staticmethod
    def rows(initial: FormValues) -> tuple[int, int]:
        """How many windows and stretches the form shows: a few, and all that are said."""
        return max(WINDOWS, initial.get("windows", 0)), max(STRETCHES, initial.get("stretches", 0))

    @classmethod
    def fields(cls, initial: FormValues) -> Fields:
        windows, stretches = cls.rows(initial)
        weekdays = [
            *(("1", _("周一")), ("2", _("周二")), ("3", _("周三")), ("4", _("周四"))),
            *(("5", _("周五")), ("6", _("周六")), ("7", _("周日"))),
        ]
        kinds = [("any", _("不限")), ("workday", _("仅工作日")), ("holiday", _("仅节假日和周末"))]
        made: Fields = {}
        for number in range(1, windows + 1):
            named = {"number": number}
            made |= {
                f"window{number}_from": _clock(_("时段 %(number)s：开始") % named),
                f"window{number}_until": _clock(
                    _("时段 %(number)s：结束") % named,
                    _("早于或等于开始时间即到次日，如 18:00 至 02:00。"),
                ),
                f"window{number}_days": checklist_field(
                    _("时段 %(number)s：星期") % named, weekdays, _("不选为每天。")
                ),
                f"window{number}_kind": forms.ChoiceField(
                    label=_("时段 %(number)s：日期类型") % named, choices=kinds, required=False
                ),
            }
        for number in range(1, stretches + 1):
            named = {"number": number}
            made |= {
                f"never{number}_first": _day(_("不可用日期 %(number)s：从") % named),
                f"never{number}_last": _day(
                    _("不可用日期 %(number)s：到") % named, _("含当天；只有一天可留空。")
                ),
            }
        return made

    @staticmethod
    def initial_values(document: FormValues) -> FormValues:
        windows, never = document.get("windows", []), document.get("never", [])
        first_values: FormValues = {"windows": len(windows), "stretches": len(never)}
        for number, window in enumerate(windows, 1):
            first_values |= {
                f"window{number}_from": _time(window.get("start", 0)),
                f"window{number}_until": _time(window.get("end", DAY_MINUTES)),
                f"window{number}_days": [str(day) for day in window.get("weekdays", [])],
                f"window{number}_kind": window.get("kind", DayKind.ANY.value),
            }
        for number, (first, last) in enumerate(never, 1):
            first_values |= {
                f"never{number}_first": date.fromisoformat(first),
                f"never{number}_last": date.fromisoformat(last),
            }
        return first_values

    @classmethod
    def read(cls, form: forms.Form, values: FormValues, initial: FormValues) -> FormValues:
        windows, stretches = cls.rows(initial)
        found = [_window(values, f"window{number}_") for number in range(1, windows + 1)]
        never = [_stretch(form, values, f"never{number}_") for number in range(1, stretches + 1)]
        read = {"windows": [row for row in found if row], "never": [row for row in never if row]}
        return {name: rows for name, rows in read.items() if rows}


@dataclass(frozen=True)
class ScopeFields:
    """Where: places the coupon holds at and places it does not, and the goods."""

    choices: Choices

    def fields(self) -> Fields:
        labels = {
            "venues": (_("限这些商场、街区"), _("除外的商场、街区")),
            "trades": (_("限这些业态"), _("除外的业态")),
            "merchants": (_("限这些商户"), _("除外的商户")),
            "stores": (_("限这些门店"), _("除外的门店")),
        }
        order = ("venues", "trades", "merchants", "stores")
        return {
            **{
                f"only_{kind}": checklist_field(labels[kind][0], self.choices[kind])
                for kind in order
            },
            **{
                f"but_not_{kind}": checklist_field(labels[kind][1], self.choices[kind])
                for kind in order
            },
            "products": WordListField(
                gettext_lazy("限这些商品"),
                help_text=gettext_lazy("商品编码，以空格、逗号或换行分开；留空为全部商品。"),
            ),
            "but_no_products": WordListField(
                gettext_lazy("除外的商品"), help_text=gettext_lazy("收银台须上传商品明细。")
            ),
        }

    @staticmethod
    def initial_values(document: FormValues) -> FormValues:
        places = {
            f"{part}_{kind}": list(document.get(part, {}).get(kind, []))
            for part in ("only", "but_not")
            for kind in KINDS
        }
        goods = {name: list(document.get(name, [])) for name in ("products", "but_no_products")}
        return places | goods

    def read(self, values: FormValues, before: FormValues) -> FormValues:
        read: FormValues = {}
        for part in ("only", "but_not"):
            places = {
                kind: self.merged_choices(
                    values[f"{part}_{kind}"], before.get(part, {}).get(kind, []), kind
                )
                for kind in KINDS
            }
            read[part] = {kind: ids for kind, ids in places.items() if ids}
        read |= {name: values[name] for name in ("products", "but_no_products")}
        return {name: value for name, value in read.items() if value}

    def merged_choices(self, ids: Iterable[str], before: Iterable[str], kind: str) -> list[str]:
        """What was ticked, and of before what the person had no box for."""
        offered = {key for key, _name in self.choices[kind]}
        return [*ids, *(key for key in before if key not in offered)]


@dataclass(frozen=True)
class AudienceFields:
    """Who may have one: conditions that must all hold."""

    scope_fields: ScopeFields

    def fields(self) -> Fields:
        word = r"[a-z][a-z0-9_]{0,29}"
        merchants = self.scope_fields.choices["merchants"]
        return {
            "new_within_days": forms.IntegerField(
                label=gettext_lazy("仅新会员：入会几天内"),
                min_value=1,
                max_value=365,
                required=False,
                help_text=gettext_lazy("留空为新老会员皆可。"),
            ),
            "tags": WordListField(
                gettext_lazy("仅有这些标签的会员"),
                pattern=word,
                rows=2,
                help_text=gettext_lazy("运营方打的标签，有其中之一即可。"),
            ),
            "bought_at": checklist_field(gettext_lazy("仅在这些商户消费过的会员"), merchants),
            "granted": forms.RegexField(
                rf"^{word}\Z",
                label=gettext_lazy("仅获得商户认可的会员"),
                required=False,
                help_text=gettext_lazy('商户授予的标签，光盘行动填 "clean_plate"。'),
            ),
            "granted_by": checklist_field(
                gettext_lazy("由这些商户认可"), merchants, gettext_lazy("不选为任何商户。")
            ),
        }

    @staticmethod
    def initial_values(document: FormValues) -> FormValues:
        return {
            "new_within_days": document.get("new_within_days"),
            "granted": document.get("granted", ""),
        } | {name: list(document.get(name, [])) for name in ("tags", "bought_at", "granted_by")}

    def read(self, values: FormValues, before: FormValues) -> FormValues:
        read = {name: values[name] for name in ("new_within_days", "tags", "granted")} | {
            name: self.scope_fields.merged_choices(values[name], before.get(name, []), "merchants")
            for name in ("bought_at", "granted_by")
        }
        return {name: value for name, value in read.items() if value}


def _clock(label: str, help_text: str = "") -> forms.Field:
    return forms.TimeField(label=label, required=False, widget=ClockInput(), help_text=help_text)


def _day(label: str, help_text: str = "") -> forms.Field:
    return forms.DateField(label=label, required=False, widget=DayInput(), help_text=help_text)


def _time(minute: int) -> time:
    """24:00 is shown as midnight, the only one an end can mean."""
    return time(minute % DAY_MINUTES // _HOUR, minute % _HOUR)


def _window(values: FormValues, name: str) -> FormValues | None:
    start, end = values[f"{name}from"], values[f"{name}until"]
    days, kind = values[f"{name}days"], values[f"{name}kind"] or DayKind.ANY.value
    if start is None and end is None and not days and kind == DayKind.ANY.value:
        return None
    read: FormValues = {"start": _minute(start), "end": _minute(end) or DAY_MINUTES}
    if days:
        read["weekdays"] = sorted(int(day) for day in days)
    if kind != DayKind.ANY.value:
        read["kind"] = kind
    return read


def _minute(at: time | None) -> int:
    return 0 if at is None else at.hour * _HOUR + at.minute


def _stretch(form: forms.Form, values: FormValues, name: str) -> list[str] | None:
    first, last = values[f"{name}first"], values[f"{name}last"]
    if first is None and last is None:
        return None
    if first is None or (last is not None and last < first):
        form.add_error(f"{name}first", _("开始日期须填写，且不能晚于结束日期。"))
        return None
    return [first.isoformat(), (last or first).isoformat()]
