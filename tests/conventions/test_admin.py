"""What moves value is read in the back office and written by verbs alone."""

import inspect
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import RequestFactory

from district.kernel.backoffice import Action
from tests.factories.members import make_operator

pytestmark = pytest.mark.django_db

LEDGER = {"PointsAccount", "Transfer", "Lot", "Draw", "Restore", "Receipt"}
KERNEL = {"AuditLine", "InboxRow", "OutboxRow"}


@pytest.fixture
def operator_request():
    request = RequestFactory().get("/admin/")
    request.user = make_operator()
    return request


def admin_pages(app: str, names: set[str]):
    models = [model for model in apps.get_app_config(app).get_models() if model.__name__ in names]
    assert {model.__name__ for model in models} == names
    return [admin.site._registry[model] for model in models if model in admin.site._registry]


@pytest.mark.parametrize(("app", "names"), [("loyalty", LEDGER), ("kernel", KERNEL)])
def test_not_even_an_operator_edits_them(operator_request, app, names):
    pages = admin_pages(app, names)

    assert pages
    for page in pages:
        assert page.has_view_permission(operator_request)
        assert not page.has_add_permission(operator_request)
        assert not page.has_change_permission(operator_request)
        assert not page.has_delete_permission(operator_request)


def test_no_page_of_the_site_offers_to_delete(operator_request):
    offering = [
        page.model.__name__
        for page in admin.site._registry.values()
        if page.has_delete_permission(operator_request)
        or "delete_selected" in page.get_actions(operator_request)
    ]

    assert offering == []


def test_a_declared_verb_takes_what_its_form_asks_and_nothing_is_missing():
    misfits = []
    pages: list[Any] = list(admin.site._registry.values())
    for page in pages:
        actions = [*page.row_actions, *page.list_actions, *filter(None, [page.add_action])]
        for action in actions:
            if type(action).run is not Action.run:
                continue
            parameters = inspect.signature(action.verb).parameters
            asked = {
                action.argument_names.get(name, name)
                for name in action.form_class.base_fields
                if name != "once"
            }
            has_row = action in page.row_actions and action.row_argument
            known = asked | ({action.row_argument} if has_row else set())
            needed = {name for name, taken in parameters.items() if taken.default is taken.empty}
            if known - parameters.keys() or needed - known - {"by", "actor", "key"}:
                misfits.append((type(action).__name__, sorted(known), sorted(parameters)))

    assert misfits == []
