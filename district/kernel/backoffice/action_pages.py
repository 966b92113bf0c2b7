"""The pages of actions: a form on GET, the verb on POST and only then."""

from collections.abc import Sequence
from functools import partial, update_wrapper
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from district.kernel.backoffice.actions import Action, ActionForm
from district.kernel.backoffice.dashboard import Panel
from district.kernel.backoffice.edits import lock_for_edit
from district.kernel.backoffice.sections import url_of, visible


class ActionPages(ModelAdmin):
    """What a screen gains by naming actions: addresses, buttons and forms for them."""

    # To a row, to the list, and what the button for a new row does.
    row_actions: ClassVar[Sequence[Action]] = ()
    list_actions: ClassVar[Sequence[Action]] = ()
    add_action: ClassVar[Action | None] = None

    def actions_for(self, request: HttpRequest, row: Any) -> list[Action]:
        return [
            action
            for action in self.row_actions
            if action.is_allowed(request, row) and action.is_applicable(row)
        ]

    def action_url(self, action: Action, row: Model | None = None) -> str:
        return reverse(f"admin:{self._url_name(action)}", args=[row.pk] if row else [])

    def get_urls(self) -> list[URLPattern]:
        def to(view: Any) -> Any:
            return update_wrapper(self.admin_site.admin_view(view), view.func)

        own = [
            path(
                f"{action.name}/",
                to(partial(self.action_view, action=action)),
                name=self._url_name(action),
            )
            for action in self.list_actions
        ] + [
            path(
                f"<str:object_id>/{action.name}/",
                to(partial(self.action_view, action=action)),
                name=self._url_name(action),
            )
            for action in self.row_actions
        ]
        return own + list(super().get_urls())

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        if self.add_action is None:
            answer: HttpResponse = super().add_view(request, form_url, extra_context)
            return answer
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self.action_view(request, action=self.add_action)

    def action_view(
        self, request: HttpRequest, object_id: str | None = None, *, action: Action
    ) -> HttpResponseBase:
        """The action's form; a POST does it, a GET never does anything."""
        refuse_null_characters(request)
        if request.method != "POST" or not action.is_edit:
            return self._action_page(request, object_id, action)
        with transaction.atomic():
            # What the form is compared with must be what its verb writes over.
            row = None if object_id is None else self._row(request, object_id)
            lock_for_edit(row, self._url_name(action))
            return self._action_page(request, object_id, action)

    def _action_page(
        self, request: HttpRequest, object_id: str | None, action: Action
    ) -> HttpResponseBase:
        row = None if object_id is None else self._row(request, object_id)
        if not self.has_view_permission(request) or not action.is_allowed(request, row):
            raise PermissionDenied
        if row is not None and not action.is_applicable(row):
            messages.warning(request, _("“%(act)s”现在不适用于此项。") % {"act": action.label})
            return HttpResponseRedirect(url_of(type(row), row.pk))
        form = action.form(request, row)
        if request.method == "POST" and action.needs_preview(request, form):
            return self._form_page(
                request, row, action, form, action.build_preview(request, row, form)
            )
        result = action.submit(request, row, form) if request.method == "POST" else False
        if result is False:
            return self._form_page(request, row, action, form)
        if isinstance(result, HttpResponseBase):
            return result
        messages.success(request, str(action.success_message))
        return HttpResponseRedirect(self._after(request, result if result is not None else row))

    def _form_page(
        self,
        request: HttpRequest,
        row: Any,
        action: Action,
        form: ActionForm,
        preview: Sequence[Panel] = (),
    ) -> HttpResponse:
        context = (
            self._context(request, row, title=str(action.label))
            | {
                "action": action,
                "form": form,
                "media": form.media,
                "back": self._after(request, row),
                "preview": preview,
                "mark": form.mark(action.name) if preview else "",
                "aside": list(action.aside(request, row)),
            }
            | action.context(request, row)
        )
        refused = form.is_bound and not preview
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
        if form.overtaken_panel is not None:
            status = HTTPStatus.CONFLICT
        return TemplateResponse(request, action.template, context, status=status)

    def _after(self, request: HttpRequest, row: Any) -> str:
        if isinstance(row, Model) and visible(request, type(row), [row.pk]):
            return url_of(type(row), row.pk)
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _row(self, request: HttpRequest, object_id: str) -> Any:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def _context(self, request: HttpRequest, row: Any, *, title: str) -> dict[str, Any]:
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "original": row,
            "row": row,
            "has_view_permission": True,
        }

    def _url_name(self, action: Action) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{action.name}"


def refuse_null_characters(request: HttpRequest) -> None:
    """PostgreSQL's text cannot hold them: asked for one, the database would fail."""
    texts = [
        *request.GET,
        *(value for values in dict(request.GET.lists()).values() for value in values),
    ]
    if any("\x00" in text for text in texts):
        raise SuspiciousOperation
