"""What models cannot say: what is written stays, and logs and conflicts only go forward."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

APPEND_ONLY = ["offline_kit", "offline_logentry"]
# Rows that stand as written but for what happens to them; none is ever deleted.
WRITTEN_ONCE = {
    "offline_terminal": "id, public_id, store_id, name, registered_at",
    "offline_redemptionconflict": "id, public_id, entry_id, merchant_id, store_id, member_id, winner_id,"
    " reason, fen, at",
}

# A log only grows, a conflict is appealed once and decided once, a terminal is not taken back into use.
FORWARD = """
create trigger offline_terminal_log_grows before update of last_seq, last_hash on offline_terminal
    for each row when (new.last_seq <> old.last_seq + 1) execute function kernel_refuse_change();
create trigger offline_terminal_retired_once before update of retired_at on offline_terminal
    for each row when (old.retired_at is not null) execute function kernel_refuse_change();
create trigger offline_redemptionconflict_forward before update on offline_redemptionconflict
    for each row when ((old.state, new.state) not in
        (('decided', 'appealed'), ('appealed', 'upheld'), ('appealed', 'rejected')))
    execute function kernel_refuse_change();
"""
BACK = """
drop trigger offline_redemptionconflict_forward on offline_redemptionconflict;
drop trigger offline_terminal_retired_once on offline_terminal;
drop trigger offline_terminal_log_grows on offline_terminal;
"""


class Migration(migrations.Migration):
    dependencies = [("offline", "0001_tables"), ("kernel", "0002_guards")]

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
        migrations.RunSQL(FORWARD, BACK),
    ]
