from django.db import migrations

APPEND_ONLY = ["batches_reconciliation", "batches_difference"]
WRITTEN_ONCE = {"batches_batch": "id, public_id, merchant_id, stores, format, name, actor, created_at"}


def guard(name: str, table: str, event: str, level: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"create trigger {table}_{name} before {event} on {table}"
        f" for each {level} execute function kernel_refuse_change()",
        f"drop trigger {table}_{name} on {table}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("batches", "0001_batches"),
        ("kernel", "0002_audit_is_append_only"),
    ]

    operations = [
        *(guard("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(
            guard("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(
            guard("no_truncate", table, "truncate", "statement")
            for table in [*APPEND_ONLY, *WRITTEN_ONCE]
        ),
    ]
