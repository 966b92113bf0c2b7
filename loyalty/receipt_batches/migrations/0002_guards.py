"""What models cannot say: which rows never change."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

APPEND_ONLY = ["batches_reconciliation", "batches_difference"]
# Rows that stand as written but for what happens to them; none is ever deleted.
WRITTEN_ONCE = {"batches_batch": "id, public_id, merchant_id, stores, format, name, actor, created_at"}


class Migration(migrations.Migration):
    dependencies = [("batches", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        *(refuse_changes("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(
            refuse_changes("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(
            refuse_changes("no_truncate", table, "truncate", "statement")
            for table in [*APPEND_ONLY, *WRITTEN_ONCE]
        ),
    ]
