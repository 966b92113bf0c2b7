"""Applies migrations, telling how far it is, and without drawing models anew that did not change."""

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
        with constraints_in_place():
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
def constraints_in_place() -> Iterator[None]:
    """Inside, a constraint or an index that comes or goes changes its model in place.

    Django renders the model, and every model related to it, anew for each of them: more than half of
    the time an empty database takes. What a migration does to the database is the same, since fields
    and relations are rendered as ever; a test compares the two databases.
    """
    kept = {name: getattr(ProjectState, name) for name in _OPTION_VERBS}

    def changing(verb: Callable[..., None]) -> Callable[..., None]:
        def change(state: ProjectState, app_label: str, model_name: str, *facts: Any) -> None:
            state.reload_model = _keep_rendered  # type: ignore[method-assign]
            try:
                verb(state, app_label, model_name, *facts)
            finally:
                del state.reload_model
            _show_options(state, app_label, model_name)

        return change

    for name in _OPTION_VERBS:
        setattr(ProjectState, name, changing(kept[name]))
    try:
        yield
    finally:
        for name, verb in kept.items():
            setattr(ProjectState, name, verb)


_OPTION_VERBS = ("_append_option", "_remove_option", "_alter_option")


def _keep_rendered(*_: Any, **__: Any) -> None:
    """Instead of `reload_model`."""


def _show_options(state: ProjectState, app_label: str, model_name: str) -> None:
    if "apps" not in state.__dict__:
        return
    options = state.models[app_label, model_name].options
    meta = state.apps.get_model(app_label, model_name)._meta
    for name in ("constraints", "indexes"):
        setattr(meta, name, list(options.get(name, [])))
