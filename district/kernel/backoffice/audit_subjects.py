"""What journal lines are about, in Chinese: `merchants.store:5` is 门店 5, linked where one may go."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest

from district.kernel.backoffice.sections import Cell, url_of, visible


def subject_text(subject: str) -> str:
    model, number = _parts(subject)
    return f"{model._meta.verbose_name} {number}" if model else subject


def subject_cells(request: HttpRequest, subjects: Iterable[str]) -> dict[str, Cell]:
    """Each subject, linked when the person may open the row; one query for each kind of row."""
    cells = {subject: Cell(subject_text(subject)) for subject in subjects}
    by_model: dict[type[Model], dict[Any, str]] = {}
    for subject in cells:
        model, pk = _parts(subject)
        if model and (number := _number(model, pk)) is not None:
            by_model.setdefault(model, {})[number] = subject
    for model, named in by_model.items():
        for pk in visible(request, model, named):
            cells[named[pk]] = Cell(cells[named[pk]].text, url_of(model, pk))
    return cells


def _parts(subject: str) -> tuple[type[Model] | None, str]:
    label, _, pk = subject.partition(":")
    try:
        return apps.get_model(label), pk
    except (LookupError, ValueError):
        return None, pk


def _number(model: type[Model], pk: str) -> Any:
    """The primary key a text means (a number, a date), None for no row's, such as `*` for all."""
    try:
        return model._meta.pk.to_python(pk)
    except ValidationError:
        return None
