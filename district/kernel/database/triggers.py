"""Triggers that migrations of all apps set up: what is written stays."""

from django.db import migrations


def refuse_changes(
    name: str, table: str, event: str, level: str, when: str = ""
) -> migrations.RunSQL:
    """Refuse an event (`update or delete`, `truncate`, `update of …`) on each row or statement of a table, `when (…)`.

    Migrations that ran long ago call it, so what it comes to never changes.
    """
    return migrations.RunSQL(
        f"create trigger {table}_{name} before {event} on {table}"
        f" for each {level} {when} execute function kernel_refuse_change()",
        f"drop trigger {table}_{name} on {table}",
    )
