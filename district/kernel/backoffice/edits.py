"""Edits of what is stored: whoever saves a page that somebody else has overtaken is told, and shown both.

A page carries, hidden, a digest of each value that it shows. On saving, with the row locked, they are
compared with what is stored by then.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice.row_history import entries
from district.kernel.backoffice.sections import Section, format_instant
from district.kernel.database.postgres import first_row

PAGE_VALUES = "page_values"
_EXPIRED = gettext_lazy("页面已过期，请重新打开。")
_DIGITS = 16
_LONGEST_TEXT = 300
# A value as a browser sends it: a box is ticked or not, a list has its ticks, all else is text.
Value = str | bool | list[str]


class PageValuesField(forms.CharField):
    """The digests of what the page showed, by the fields' names; never a change itself."""

    widget = forms.HiddenInput
    default_error_messages = {"required": _EXPIRED}

    def clean(self, value: Any) -> dict[str, Any]:
        try:
            digests = json.loads(super().clean(value))
        except ValueError:
            digests = None
        if not isinstance(digests, dict):
            raise forms.ValidationError(_EXPIRED)
        return digests

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


@dataclass(frozen=True)
class OvertakenField:
    """A field that was stored anew after the page was opened: what is stored, what the page says."""

    name: str
    label: str
    saved: str
    sent: str
    # Whether the person changed it too; otherwise the page only repeats what it once showed.
    is_typed: bool


class EditForm(forms.ModelForm):  # type: ignore[type-arg]
    """The form of a row that people edit freely."""

    page_values = PageValuesField()
    overtaken_panel: Section | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk is None:
            del self.fields[PAGE_VALUES]
        else:
            self.initial[PAGE_VALUES] = json.dumps(_digests(self))

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        for error in self.errors.get(PAGE_VALUES, ()):
            self.add_error(None, error)
        if PAGE_VALUES in self.fields and not self.errors:
            self.overtaken_panel = refuse_overtaken(self, self.instance)
        return values


def track_page_values(form: Any, suggested_fields: Collection[str]) -> None:
    """Have a form carry what it shows, but for what it only suggests, such as the present hour."""
    form.suggested_fields = suggested_fields
    form.initial[PAGE_VALUES] = json.dumps(_digests(form))
    form.fields[PAGE_VALUES] = PageValuesField()


def lock_for_edit(row: Model | None, act: str) -> None:
    """Until the transaction ends nobody else edits the row; without one, nobody else does this act."""
    if row is None:
        first_row("select pg_advisory_xact_lock(hashtextextended(%s, 0))", f"backoffice.{act}")
    else:
        type(row)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)


def refuse_overtaken(form: Any, row: Model | None) -> Section | None:
    """Both sides of what others stored since the page of this valid form was opened; None for nothing.

    If there is something the form is refused. It keeps what the person typed and takes over what is
    stored elsewhere; sent once more it answers to what it shows now.
    """
    page_values = form.cleaned_data[PAGE_VALUES]
    found = [
        field
        for name in _digests(form)
        if (field := _overtaken(form, name, page_values)) is not None
    ]
    if not found:
        return None
    form.add_error(
        None, _("您打开此页之后，他人已修改了内容，您的修改尚未保存。请核对两边的内容，再次保存。")
    )
    _take_over(form, [field.name for field in found if not field.is_typed])
    return _panel(found, row)


def _overtaken(form: Any, name: str, page_values: dict[str, Any]) -> OvertakenField | None:
    field, saved, sent = form.fields[name], _saved_value(form, name), _sent_value(form, name)
    # A field that the page did not have yet, such as one more row, showed nothing.
    before = page_values.get(name, _digest(type(saved)()))
    if before == _digest(saved) or sent == saved:
        return None
    initial = form.get_initial_for_field(field, name)
    if not field.has_changed(initial, _raw_value(form, name)):
        # The same, written differently.
        return None
    return OvertakenField(
        name,
        str(field.label),
        _display_text(field, saved),
        _display_text(field, sent),
        before != _digest(sent),
    )


def _take_over(form: Any, names: list[str]) -> None:
    form.data = form.data.copy()
    form.data[form.add_prefix(PAGE_VALUES)] = json.dumps(_digests(form))
    for name in names:
        saved = _saved_value(form, name)
        if isinstance(saved, bool):
            saved = ["on"] if saved else []
        form.data.setlist(form.add_prefix(name), saved if isinstance(saved, list) else [saved])


def _panel(found: list[OvertakenField], row: Model | None) -> Section:
    line = next(iter(entries(row)), None) if row is not None else None
    saved_by = {"who": line.actor, "at": format_instant(line.at)} if line else {}
    return Section(
        title=_("他人已修改的内容"),
        headers=[_("栏目"), _("现在保存的"), _("您的页面"), _("表单里现在是")],
        rows=[
            [
                field.label,
                field.saved,
                field.sent,
                _("您填写的") if field.is_typed else _("现在保存的"),
            ]
            for field in found
        ],
        empty="",
        note=_("最近一次修改：%(who)s，%(at)s。") % saved_by if line else "",
    )


def _digests(form: Any) -> dict[str, str]:
    suggested_fields = getattr(form, "suggested_fields", ())
    return {
        name: _digest(_saved_value(form, name))
        for name, field in form.fields.items()
        if name not in suggested_fields
        and not isinstance(field.widget, forms.HiddenInput | forms.FileInput)
    }


def _digest(value: Value) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:_DIGITS]


def _saved_value(form: Any, name: str) -> Value:
    """What is stored, as the page would show it."""
    field = form.fields[name]
    value = field.prepare_value(form.get_initial_for_field(field, name))
    if isinstance(field.widget, forms.CheckboxInput):
        return bool(value)
    if isinstance(field.widget, forms.SelectMultiple | forms.CheckboxSelectMultiple):
        # What the person has no box for is not on the page; the form's own reading lets it stand.
        ticked = {str(item) for item in value or ()}
        return sorted(ticked & _labels(field).keys())
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return "" if value is None else str(value)
    text = field.widget.format_value(value)
    return "" if text is None else str(text).replace("\r\n", "\n")


def _sent_value(form: Any, name: str) -> Value:
    """What the page sent."""
    raw = _raw_value(form, name)
    if isinstance(form.fields[name].widget, forms.CheckboxInput):
        return bool(raw)
    if isinstance(raw, list):
        return sorted(map(str, raw))
    return "" if raw is None else str(raw).replace("\r\n", "\n")


def _raw_value(form: Any, name: str) -> Any:
    widget = form.fields[name].widget
    return widget.value_from_datadict(form.data, form.files, form.add_prefix(name))


def _labels(field: Any) -> dict[str, str]:
    return {str(key): str(label) for key, label in field.choices}


def _display_text(field: Any, value: Value) -> str:
    """A value for people."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if hasattr(field, "choices"):
        labels = _labels(field)
        keys = value if isinstance(value, list) else [value] if value else []
        value = "、".join(labels.get(key, key) for key in keys)
    text = "、".join(value) if isinstance(value, list) else value
    return text[:_LONGEST_TEXT] or _("（空）")
