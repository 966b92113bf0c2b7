"""Applies migrations, telling how far it is, and without rendering models anew that did not change."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

SECONDS_BETWEEN_LINES = 2.0
Tell = Callable[[str], object]


class MigrateCommand(migrate.Command):
    """Django's own command; `tell` hears every few seconds how many migrations are applied."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell
        self._applied, self._total, self._due = 0, 0, 0.0

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connections[options["database"]])
        self._total = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        with changed_models_alone():
            super().handle(*args, **options)

    def migration_progress_callback(
        self,
        action: str,
        migration: Any = None,
        fake: bool = False,  # noqa: FBT001, FBT002 - Django's
    ) -> None:
        super().migration_progress_callback(action, migration, fake)
        if action == "apply_success":
            self._applied += 1
        if action == "apply_start" and time.monotonic() >= self._due:
            self._due = time.monotonic() + SECONDS_BETWEEN_LINES
            self._tell(
                f"tables: {self._applied} of {self._total} migrations ({migration.app_label})"
            )


@contextmanager
def changed_models_alone() -> Iterator[None]:
    """Inside, a model that comes or gets a field is rendered alone, and constraints and indexes change in place.

    Django renders every model anew that is related to it, at whatever distance, for each of them: most
    of the time an empty database takes. Models that stay know the changed one by the class it was
    before, which has the same table and key, and that is all that a statement takes from a relation; a
    test compares the two databases.
    """
    kept = {name: getattr(ProjectState, name) for name in (*_MODEL_VERBS, *_OPTION_VERBS)}
    for name in _MODEL_VERBS:
        setattr(ProjectState, name, _reloading(kept[name], _render_alone))
    for name in _OPTION_VERBS:
        setattr(ProjectState, name, _reloading(kept[name], _show_options))
    try:
        yield
    finally:
        for name, verb in kept.items():
            setattr(ProjectState, name, verb)


_MODEL_VERBS = ("add_model", "add_field")
_OPTION_VERBS = ("_append_option", "_remove_option", "_alter_option")


def _reloading(
    verb: Callable[..., None], reload: Callable[[ProjectState, str, str], None]
) -> Callable[..., None]:
    """The verb, which calls `reload` where it would call `reload_model` of its state."""

    def change(state: ProjectState, *facts: Any) -> None:
        def reload_model(app_label: str, model_name: str, **_: Any) -> None:
            if "apps" in state.__dict__:
                reload(state, app_label, model_name)

        state.reload_model = reload_model  # type: ignore[method-assign, assignment]
        try:
            verb(state, *facts)
        finally:
            del state.reload_model

    return change


def _render_alone(state: ProjectState, app_label: str, model_name: str) -> None:
    state.apps.unregister_model(app_label, model_name)
    state.apps.render_multiple([state.models[app_label, model_name]])


def _show_options(state: ProjectState, app_label: str, model_name: str) -> None:
    options = state.models[app_label, model_name].options
    meta = state.apps.get_model(app_label, model_name)._meta
    for name in ("constraints", "indexes"):
        setattr(meta, name, list(options.get(name, [])))
