"""The filter of a list by a range of the district's days, and perhaps times of them, both ends included."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import DateField, DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.widgets import INPUT_CLASSES

from district.kernel import clock
from district.kernel.backoffice.widgets import ClockInput, DayInput

# Other years are a slip of the keyboard; and at the calendar's end there is no next day.
_YEARS = range(2000, 2200)


def parameters_of(path: str, field: Any) -> list[str]:
    """The names in the address: a day for each end, for instants also a time of that day."""
    parts = ("_0", "_1") if isinstance(field, DateTimeField) else ("",)
    return [f"{path}_{end}{part}" for end in ("from", "to") for part in parts]


class _DayField(forms.DateField):
    widget = DayInput

    def to_python(self, value: Any) -> date | None:
        try:
            day: date | None = super().to_python(value)
        except ValidationError:
            day = date.min
        if day is not None and day.year not in _YEARS:
            raise ValidationError(
                _("日期“%(text)s”无法识别，未按它筛选；应如 2026-01-31。"),
                params={"text": str(value)[:30]},
            )
        return day


class _TimeField(forms.TimeField):
    widget = ClockInput

    def to_python(self, value: Any) -> time | None:
        try:
            at: time | None = super().to_python(value)
        except ValidationError:
            raise ValidationError(
                _("时间“%(text)s”无法识别，未按它筛选；应如 18:30。"),
                params={"text": str(value)[:30]},
            ) from None
        return at


class DayRangeForm(forms.Form):
    """The ends of the range as they are typed; a text that cannot be read is an error of its field."""

    def __init__(self, data: Mapping[str, Any], *, path: str, field: Any) -> None:
        super().__init__(data)
        self._path, self._is_instant = path, isinstance(field, DateTimeField)
        names = parameters_of(path, field)
        half = len(names) // 2
        self._first, self._last = names[:half], names[half:]
        for ends, label in ((self._first, _("从")), (self._last, _("到（含）"))):
            kinds = (_DayField, _TimeField)
            words = (_("%(end)s日期"), _("%(end)s时间（可不填）"))
            for name, kind, word in zip(ends, kinds, words, strict=False):
                self.fields[name] = kind(label=word % {"end": label}, required=False)
                self.fields[name].widget.attrs |= {
                    "class": " ".join(INPUT_CLASSES),
                    "aria-label": self.fields[name].label,
                }

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for day, *times in (self._first, self._last):
            if day not in self.errors and values[day] is None and any(map(values.get, times)):
                self.add_error(day, _("只填了时间，没有日期，未按它筛选。"))
        first, last = self._end(self._first), self._end(self._last)
        if first and last and _instant(*first) >= _instant(*last) + _length(last[1]):
            self.add_error(None, _("开始晚于结束，这样的范围里没有内容。"))
        return values

    def lookups(self) -> dict[str, Any]:
        """What the rows of the range satisfy. An end that could not be read is left open."""
        first, last = self._end(self._first), self._end(self._last)
        conditions: dict[str, Any] = {}
        if first is not None:
            conditions[f"{self._path}__gte"] = _instant(*first) if self._is_instant else first[0]
        if last is not None and self._is_instant:
            conditions[f"{self._path}__lt"] = _instant(*last) + _length(last[1])
        elif last is not None:
            conditions[f"{self._path}__lte"] = last[0]
        return conditions

    def _end(self, names: list[str]) -> tuple[date, time | None] | None:
        if any(name in self.errors for name in names):
            return None
        day, *times = (self.cleaned_data[name] for name in names)
        return None if day is None else (day, times[0] if times else None)


def _instant(day: date, at: time | None) -> datetime:
    return datetime.combine(day, at or time.min, clock.SHANGHAI)


def _length(at: time | None) -> timedelta:
    """How long what was named lasts: a day, a minute, a second."""
    if at is None:
        return timedelta(days=1)
    return timedelta(seconds=1) if at.second else timedelta(minutes=1)


class DayRangeFilter(admin.FieldListFilter):
    """Rows whose day or instant lies in a range of Shanghai days.

    What cannot be read is named in a message and left out; the other filters of the form still answer.
    """

    template = "district/parts/day_range.html"

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, *screen: Any, field_path: str
    ) -> None:
        if not isinstance(field, DateField):
            raise TypeError(f"{field} has no days.")
        self._names = parameters_of(field_path, field)
        # Typed texts, which Django's own filter would take for values of look-ups.
        typed = {name: params.pop(name)[-1] for name in self._names if name in params}
        model, model_admin = screen
        super().__init__(field, request, params, model, model_admin, field_path)
        self.form = DayRangeForm(typed, path=field_path, field=field)
        for errors in self.form.errors.values():
            for error in errors:
                messages.error(request, f"{self.title}：{error}")

    def expected_parameters(self) -> list[str | None]:
        return [*self._names]

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {"form": self.form}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**self.form.lookups())
