"""The base of every screen: strict look-ups, 404 for what is not yours, writes only through actions."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import get_fields_from_path
from django.db import connection
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from district.kernel import audit
from district.kernel.backoffice.action_pages import ActionPages, refuse_null_characters
from district.kernel.backoffice.day_ranges import DayRangeFilter, parameters_of
from district.kernel.backoffice.edits import EditForm, lock_for_edit
from district.kernel.backoffice.lazy_text import Text
from district.kernel.backoffice.menus import Menu
from district.kernel.backoffice.registry import person
from district.kernel.backoffice.row_history import entries, subject_of
from district.kernel.backoffice.sections import Section, added_sections

_SUFFIX = r"(__(id|pk|public_id))?(__(exact|gte|gt|lte|lt|in|isnull))?"


REFRESH_SECONDS = 4


class DistrictAdmin(ActionPages):
    """A screen of the back office."""

    menu: ClassVar[Menu | None] = None
    # The rights the group of operators holds on these rows; see members/operators.py.
    operator_permissions: ClassVar[tuple[str, ...]] = ("view",)
    # What an empty list tells the person to do.
    empty_hint: ClassVar[Text] = ""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_filter_submit = True
    compressed_fields = True
    save_as = False
    list_before_template = "district/parts/list_actions.html"
    form = EditForm
    change_form_before_template = "district/parts/edit_form.html"
    change_form_outer_before_template = "district/parts/actions.html"
    change_form_outer_after_template = "district/parts/sections.html"

    # --- Permissions: rows are never deleted here, and changed only by actions ------------------
    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        if self.add_action is not None:
            return self.has_view_permission(request) and self.add_action.is_allowed(request, None)
        granted: bool = super().has_add_permission(request)
        return granted

    # --- Look-ups: what is not offered is not answered ------------------------------------------
    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only the filters on the page: a free look-up would answer questions about hidden columns."""
        return any(
            re.fullmatch(pattern, lookup)
            for item in self.get_list_filter(request)
            for pattern in self._parameters(item)
        )

    def _parameters(self, item: Any) -> Iterable[str]:
        """Patterns of the names that a filter has in the address."""
        named = item[0] if isinstance(item, list | tuple) else item
        name = named if isinstance(named, str) else named.parameter_name
        yield re.escape(name) + _SUFFIX
        if isinstance(item, list | tuple) and issubclass(item[1], DayRangeFilter):
            field = get_fields_from_path(self.model, name)[-1]
            yield from map(re.escape, parameters_of(name, field))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        refuse_null_characters(request)
        offered = [action for action in self.list_actions if action.is_allowed(request, None)]
        context = {"list_actions": [(action, self.action_url(action)) for action in offered]}
        answer: HttpResponse = super().changelist_view(request, context | (extra_context or {}))
        return answer

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        page = super().get_changelist_instance(request)
        if not page.query and not page.has_active_filters:
            # Nothing was left out: the theme need not offer to show all.
            page.full_result_count = page.result_count
        return page

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, *args: Any) -> HttpResponse:
        # Django redirects with a message; a foreign row must look exactly like none at all.
        raise Http404

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """The row, if the person may see it; held from other edits while a form of it is saved."""
        row = super().get_object(request, object_id, from_field)
        saving = request.method == "POST" and connection.in_atomic_block
        if row is not None and saving and self.has_change_permission(request, row):
            lock_for_edit(row, "")
            row = super().get_object(request, object_id, from_field)
        return row

    # --- A row's page -------------------------------------------------------------------------
    def name_of(self, row: Any) -> str:
        """What the page calls the row."""
        return str(row)

    def is_at_work(self, row: Any) -> bool:
        """Whether a worker is about to change the row, so that its page asks again by itself."""
        return False

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        """The tables below the row's fields."""
        return ()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        refuse_null_characters(request)
        context = dict(extra_context or {})
        row = self.get_object(request, object_id) if object_id else None
        if row is not None and self.has_view_permission(request, row):
            context |= {
                "row_actions": [
                    (action, self.action_url(action, row))
                    for action in self.actions_for(request, row)
                ],
                "sections": [*self.sections(request, row), *added_sections(request, row)],
                "subtitle": self.name_of(row),
                "refresh_seconds": REFRESH_SECONDS if self.is_at_work(row) else None,
            }
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return answer

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The row's lines of the journal, instead of Django's own log that verbs never write."""
        row = self._row(request, object_id)
        context = self._context(request, row, title=_("操作记录")) | {"entries": entries(row)}
        return TemplateResponse(request, "district/history.html", context)

    # --- The journal: what the theme's own forms change is written there, by column names ------------
    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        self._record(request, obj, "admin_add")

    def construct_change_message(self, request: HttpRequest, form: Any, *_: Any) -> list[str]:
        return list(form.changed_data)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        self._record(request, obj, "admin_change", fields=message)

    def _record(self, request: HttpRequest, row: Model, verb: str, **facts: Any) -> None:
        audit.record(by=person(request), verb=verb, subject=subject_of(row), **facts)


class ReadOnlyAdmin(DistrictAdmin):
    """A screen whose rows only actions can add or change, whatever a person's permissions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.add_action is not None and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
