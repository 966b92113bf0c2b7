"""What models cannot say: a published charter and a signed pledge stay as they were."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

DECIDED = "when (old.state <> 'proposed')"
SIGNED = "update of id, public_id, version_id, merchant_id, pledge, signed_by_id, signed_at"
# A notice or an end that is written stays.
LEFT = "when (old.notice_at is not null and new.notice_at is distinct from old.notice_at)"


class Migration(migrations.Migration):
    dependencies = [("charter", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        *(
            operation
            for table in ("charter_charterversion", "charter_selfdisciplinerecord")
            for operation in (
                refuse_changes("decided", table, "update", "row", DECIDED),
                refuse_changes("kept", table, "delete", "row"),
                refuse_changes("no_truncate", table, "truncate", "statement"),
            )
        ),
        refuse_changes("signed_once", "charter_charterpledge", SIGNED, "row"),
        refuse_changes("left_once", "charter_charterpledge", "update of notice_at, ends_at", "row", LEFT),
        refuse_changes("kept", "charter_charterpledge", "delete", "row"),
        refuse_changes("no_truncate", "charter_charterpledge", "truncate", "statement"),
    ]
