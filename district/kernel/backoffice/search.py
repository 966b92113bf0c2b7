"""Ctrl+K: screens and rows a person may open, by name, pinyin or public number."""

from typing import Any

from django.contrib.admin.utils import get_fields_from_path
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from district.kernel.backoffice.registry import sidebar_screens
from district.kernel.backoffice.sections import url_of
from district.kernel.backoffice.workspace import sidebar_pages
from district.kernel.database.ids import PublicIdField, looks_like

ROWS_PER_SCREEN = 6


def search_results(request: HttpRequest, term: str) -> list[SearchResult]:
    """Screens whose title holds the term, then rows of the screens that can be searched."""
    results = []
    screens = sidebar_screens(request)
    for model, screen in screens:
        meta = model._meta
        title = str(meta.verbose_name_plural)
        if term in title:
            address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
            group = str(screen.menu.group.label)
            results.append(SearchResult(title, group, address, screen.menu.icon))
    results += [
        SearchResult(str(page.title), str(page.menu.group.label), page.url, page.menu.icon)
        for page in sidebar_pages(request)
        if term in str(page.title)
    ]
    for model, screen in screens:
        if not screen.get_search_fields(request):
            continue
        rows, _ = screen.get_search_results(request, screen.get_queryset(request), term)
        results += [
            SearchResult(
                screen.name_of(row), str(model._meta.verbose_name), url_of(model, row.pk), "search"
            )
            for row in rows[:ROWS_PER_SCREEN]
        ]
    return results


class ExactSearch:
    """A screen searched by whole numbers only: index look-ups, however long the table.

    A term that is a public number of one of the fields is asked of that one alone: asked for all at once, the
    planner would read the whole table.
    """

    model: Any
    exact_fields: tuple[str, ...] = ()

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.exact_fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(self.exact_condition(term)), False

    def exact_condition(self, term: str) -> Q:
        condition = Q(pk__in=())
        for name in self.exact_fields:
            field = get_fields_from_path(self.model, name)[-1]
            if not isinstance(field, PublicIdField):
                condition |= Q(**{name: term})
            elif looks_like(field.prefix, term):
                return Q(**{name: term})
        return condition
