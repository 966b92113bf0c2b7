"""Dresses plain Django form fields in the theme, so that forms are written without it."""

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from unfold import widgets

_CLASSES: dict[type[forms.Widget], list[str]] = {
    forms.Textarea: widgets.TEXTAREA_CLASSES,
    forms.CheckboxInput: widgets.CHECKBOX_CLASSES,
    forms.widgets.Input: widgets.INPUT_CLASSES,
}


_CheckboxList = widgets.UnfoldAdminCheckboxSelectMultipleWidget


class InstantInput(forms.DateTimeInput):
    """The browser's own date and time picker: no script, and good on a phone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class DayInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    """The browser's own time picker, to the minute."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class ListToTick(forms.CheckboxSelectMultiple):
    """A list to tick of many, such as stores: it scrolls, and a script may let one search it."""

    template_name = "district/parts/list_to_tick.html"
    # Not "checkbox": the theme would put the label beside it, as it does for a single box.
    input_type = "list"

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        # Django's own renderer of forms does not look among our templates.
        return render_to_string(self.template_name, self.get_context(name, value, attrs))


def style(field: forms.Field) -> None:
    """The field with the theme's look; choices become a list to tick when several may be chosen."""
    if isinstance(field.widget, forms.HiddenInput | ListToTick):
        return
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        several = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
        if not several and isinstance(field, forms.ModelChoiceField) and field.empty_label:
            field.empty_label = gettext("请选择")
        choices = field.choices
        field.widget = (_CheckboxList if several else widgets.UnfoldAdminSelectWidget)()
        field.widget.is_required = field.required
        field.choices = choices
        return
    for kind, classes in _CLASSES.items():
        if isinstance(field.widget, kind):
            field.widget.attrs.setdefault("class", " ".join(classes))
            return
