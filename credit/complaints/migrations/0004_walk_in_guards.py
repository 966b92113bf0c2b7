"""What models cannot say of people who are no members: whose case it is changes once, what was forgotten stays so."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

FILE, WALK_IN, CALL = "complaints_casefile", "complaints_walkin", "complaints_contactcall"
# A member's case never becomes that of a person who is none, nor one person's another one's.
NEVER_GIVEN_AWAY = (
    "when (new.walk_in_id is not null and new.walk_in_id is distinct from old.walk_in_id)"
)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0003_walk_ins")]

    operations = [
        refuse_changes("walk_in_once", FILE, "update of walk_in_id", "row", NEVER_GIVEN_AWAY),
        refuse_changes("came_once", WALK_IN, "update of id, public_id, kind, came_at", "row"),
        refuse_changes(
            "forgotten_once", WALK_IN, "update", "row", "when (old.forgotten_at is not null)"
        ),
        refuse_changes("kept", WALK_IN, "delete", "row"),
        refuse_changes("append_only", CALL, "update or delete", "row"),
        *(refuse_changes("no_truncate", table, "truncate", "statement") for table in (WALK_IN, CALL)),
    ]
