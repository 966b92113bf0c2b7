"""A long form with an example beside it that follows what is typed: a tariff and what stays cost by it, a policy and
what merchants score by it. Without script a button shows the same; nothing is saved by looking."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField, Media, Script
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice.actions import Action, ActionForm
from district.kernel.backoffice.dashboard import Panel
from district.kernel.backoffice.lazy_text import Text


@dataclass(frozen=True)
class FieldGroup:
    """Fields that stand together on the page."""

    title: str
    fields: list[BoundField]

    @property
    def is_wrong(self) -> bool:
        return any(field.errors for field in self.fields)


class LiveForm(ActionForm):
    """The form of a `LiveExample`; a long one divides its fields into groups."""

    @property
    def media(self) -> Media:
        script: Any = Script("district/live-form.js", defer=True)  # newer than the stubs
        whole: Media = super().media + Media(js=[script], css={"all": ["district/live-form.css"]})
        return whole

    def groups(self) -> list[FieldGroup]:
        return [FieldGroup("", self.visible_fields())]


class LiveExample(Action, ABC):
    """An action whose page shows, beside its `LiveForm`, what the values come to."""

    template = "district/live_action.html"
    submit_label: ClassVar[Text] = gettext_lazy("保存草稿")

    @abstractmethod
    def live_panel(self, request: HttpRequest, row: Any, form: Any) -> Panel:
        """What a form without faults comes to."""

    def has_example(self, form: Any) -> bool:
        """Whether what a cleaned form has is enough for its example."""
        return not form.errors

    def first_panel(self, request: HttpRequest, row: Any) -> Panel | None:
        """What the page begins with, before anything is typed."""
        return None

    def context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {"panel": self.first_panel(request, row)} if request.method == "GET" else {}

    def needs_preview(self, request: HttpRequest, form: ActionForm) -> bool:
        """Also for the button of a browser without script."""
        if self.has_preview:
            is_look = request.POST.get("look") == "table"
            return not is_look and super().needs_preview(request, form)
        return request.POST.get("look") == "page"

    def build_preview(self, request: HttpRequest, row: Any, form: ActionForm) -> Any:
        if self.has_preview:
            return super().build_preview(request, row, form)
        return [self.live_panel(request, row, form)] if form.is_valid() else []

    def submit(self, request: HttpRequest, row: Any, form: ActionForm) -> Any:
        if request.POST.get("look") == "table":
            # The page's script asks while somebody types.
            return self.live_answer(request, row, form)
        return super().submit(request, row, form)

    def live_answer(self, request: HttpRequest, row: Any, form: ActionForm) -> Any:
        """The example alone, or what is missing for it."""
        form.is_valid()
        panel = self.live_panel(request, row, form) if self.has_example(form) else None
        context = {"panel": panel, "missing": missing_of(form)}
        return render(request, "district/parts/live_example.html", context)


def missing_of(form: forms.Form) -> list[dict[str, str]]:
    """What a form still lacks, each with its field, for the example beside it."""
    found = []
    for name, errors in form.errors.items():
        bound = form[name] if name in form.fields else None
        label = "" if bound is None or bound.is_hidden else str(bound.label)
        target = "" if bound is None else bound.id_for_label or bound.auto_id
        found += [
            {"label": label or _("整体"), "text": str(error), "field": target} for error in errors
        ]
    return found
