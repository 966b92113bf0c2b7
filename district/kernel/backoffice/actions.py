"""Actions: what the back office does, each a form that is confirmed by POST and calls one verb."""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from inspect import signature
from typing import Any, ClassVar

from django import forms
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from district.kernel.backoffice.dashboard import Panel
from district.kernel.backoffice.edits import PAGE_VALUES, refuse_overtaken, track_page_values
from district.kernel.backoffice.lazy_text import Text
from district.kernel.backoffice.registry import person
from district.kernel.backoffice.sections import Section
from district.kernel.backoffice.widgets import style
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key

# Fields that say which page was sent, and nothing that is asked.
_PAGE_FIELDS = ("once", PAGE_VALUES)


class ActionForm(forms.Form):
    """What an action asks; `once` makes a second click on the same page the same act."""

    # What others have stored since the page was opened, see edits.py.
    overtaken_panel: Section | None = None

    once = forms.RegexField(
        regex=r"^[0-9a-f]{32}\Z",
        widget=forms.HiddenInput,
        error_messages={
            "required": _("页面已过期，请重新打开。"),
            "invalid": _("页面已过期，请重新打开。"),
        },
    )
    # Fields that are left out of the key's terms: a digest of them must not be stored.
    secret: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, request: HttpRequest, row: Any, **options: Any) -> None:
        options["initial"] = {"once": secrets.token_hex(16)} | options.get("initial", {})
        super().__init__(*args, **options)
        self.request, self.row = request, row
        self.prepare()
        for field in self.fields.values():
            style(field)

    def prepare(self) -> None:
        """Fit the fields to the person and the row, such as the stores that may be chosen."""

    def field(self, name: str) -> Any:
        """A field of the form, to be fitted."""
        return self.fields[name]

    def key(self, act: str) -> Key:
        """The key of this filled-in form: the same page sent twice has the same one."""
        terms = {
            name: self.request.POST.getlist(name)
            for name in self.fields
            if name not in _PAGE_FIELDS and name not in self.secret
        }
        scope = f"user:{self.request.user.pk}:{act}"
        return Key.of(scope, self.cleaned_data["once"], row=getattr(self.row, "pk", None), **terms)

    def mark(self, act: str) -> str:
        """Stands for the terms of this filled-in form: what is confirmed is what was looked at."""
        return self.key(act).terms.hex()


class Action:
    """One thing a person may do to a row, or (with no row) to start one.

    Most of them say which `verb` they call, for whom (`permission`) and in which `states` of the row; others
    say it by methods. The verb is called with the form's values, the row and whichever of `by`, `actor` and
    `key` it takes.
    """

    name: ClassVar[str]
    label: ClassVar[Text]
    icon: ClassVar[str] = "edit"
    # What the form says before anything is done, and how the button looks.
    explanation: ClassVar[Text] = ""
    is_dangerous: ClassVar[bool] = False
    # The page of the form; another one extends district/action.html.
    template: ClassVar[str] = "district/action.html"
    success_message: ClassVar[Text] = _("已完成。")
    # Whether the person first sees what it would do, and confirms that.
    has_preview: ClassVar[bool] = False
    form_class: type[ActionForm] = ActionForm
    # Whether the form shows what is stored and its verb writes over it, but for fields whose first
    # values are only `suggested_fields`. Somebody who was overtaken on the way is told, and shown both.
    is_edit: ClassVar[bool] = False
    suggested_fields: ClassVar[frozenset[str]] = frozenset()

    # The Django permission it needs; without one, nobody may.
    permission: ClassVar[str] = ""
    # The states of rows it makes sense for; none for all.
    states: ClassVar[Collection[Any]] = ()
    # As `staticmethod(services.verb)`, the name under which it takes the row, and its names for fields of the
    # form that it calls otherwise.
    verb: ClassVar[Callable[..., Any]]
    row_argument: ClassVar[str] = ""
    argument_names: ClassVar[Mapping[str, str]] = {}
    # Whether the person is led to what the verb returned; where there was no row, always.
    opens_result: ClassVar[bool] = False

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        """Whether the person may do this here."""
        return bool(self.permission) and person(request).has_perm(self.permission)

    def is_applicable(self, row: Any) -> bool:
        """Whether it makes sense for the row as it is; the verb has the last word."""
        return not self.states or row.state in self.states

    def initial(self, request: HttpRequest, row: Any) -> Mapping[str, Any]:
        return {}

    def aside(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """What helps to fill the form in."""
        return ()

    def preview(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any]
    ) -> Iterable[Panel]:
        """What it would do; nothing is kept of it. For actions with `has_preview`."""
        raise NotImplementedError

    def context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the action's own template shows next to the form."""
        return {}

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Any:
        """Call the verb; a row to go to, an answer of its own, or None for the row it was done to."""
        by = person(request)
        arguments: dict[str, Any] = {"by": by, "actor": f"user:{by.pk}", "key": key}
        taken = signature(self.verb).parameters
        arguments = {name: value for name, value in arguments.items() if name in taken}
        if row is not None and self.row_argument:
            arguments[self.row_argument] = row
        arguments |= {
            self.argument_names.get(name, name): value for name, value in cleaned_data.items()
        }
        result = self.verb(**arguments)
        return result if row is None or self.opens_result else None

    def form(self, request: HttpRequest, row: Any) -> ActionForm:
        """The form, filled in when the request is a POST."""
        sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = self.form_class(
            *sent, request=request, row=row, initial=dict(self.initial(request, row))
        )
        if self.is_edit:
            track_page_values(form, self.suggested_fields)
        return form

    def needs_preview(self, request: HttpRequest, form: ActionForm) -> bool:
        """Whether these very terms were not yet shown as a preview."""
        if not self.has_preview or not form.is_valid():
            return False
        return request.POST.get("seen") != form.mark(self.name)

    def build_preview(self, request: HttpRequest, row: Any, form: ActionForm) -> Sequence[Panel]:
        """The preview; nothing when it was refused, with the reason on the form."""
        with refusals_as_form_errors(form):
            return list(self.preview(request, row, _action_values(form)))
        return ()

    def submit(self, request: HttpRequest, row: Any, form: ActionForm) -> Any:
        """What running it came to; False when it was refused, with the reason on the form."""
        if not form.is_valid():
            return False
        if self.is_edit:
            form.overtaken_panel = refuse_overtaken(form, row)
            if form.overtaken_panel is not None:
                return False
        with refusals_as_form_errors(form), transaction.atomic() if self.is_edit else nullcontext():
            result = self.run(request, row, _action_values(form), form.key(self.name))
            if self.is_edit:
                # The row is held until the page has its answer: what waits for the end is checked here.
                connection.check_constraints()
            return result
        return False


def _action_values(form: ActionForm) -> dict[str, Any]:
    """What the form asks for, for the action."""
    return {name: value for name, value in form.cleaned_data.items() if name not in _PAGE_FIELDS}


@contextmanager
def refusals_as_form_errors(form: forms.Form) -> Iterator[None]:
    """Turn a refusal into a message on the form; let every other error through."""
    try:
        yield
    except DomainError as refusal:
        form.add_error(None, refusal.detail or str(refusal.title))
    except IntegrityError:
        # A constraint caught what somebody else did meanwhile.
        form.add_error(None, _("数据刚被他人修改或已存在，请刷新后重试。"))
