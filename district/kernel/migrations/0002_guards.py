"""What models cannot say: the function that refuses changes, and the guards of the audit lines."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

REFUSE_CHANGE = """
create or replace function kernel_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, tg_op
        using errcode = 'restrict_violation';
end $$;
"""
# Written out, since the names are older than the ones that `refuse_changes` makes.
GUARD = """
create trigger auditline_append_only before update or delete on kernel_auditline
    for each row execute function kernel_refuse_change();
create trigger auditline_no_truncate before truncate on kernel_auditline
    for each statement execute function kernel_refuse_change();
"""
NO_GUARD = """
drop trigger auditline_append_only on kernel_auditline;
drop trigger auditline_no_truncate on kernel_auditline;
"""

# The body, its digest and its headers are emptied in the end, and never changed.
AS_RECEIVED = "id, source, notice_id, verified_with, received_at"


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_tables")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "drop function kernel_refuse_change()"),
        migrations.RunSQL(GUARD, NO_GUARD),
        refuse_changes("written_once", "kernel_inboxrow", f"delete or update of {AS_RECEIVED}", "row"),
        refuse_changes(
            "digest_written_once",
            "kernel_inboxrow",
            "update of body_digest",
            "row",
            "when (new.body_digest is not null)",
        ),
        refuse_changes("no_truncate", "kernel_inboxrow", "truncate", "statement"),
    ]
