"""What models cannot say: what is written stays, and each line is answered once."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

# Rows that stand as written but for what happens to them; none is ever deleted.
WRITTEN_ONCE = {
    "issuing_issuejob": "id, public_id, version_id, kind, audience, name, made_by_id, made_at, total",
    "issuing_issuerow": "id, job_id, line, member_id",
    "issuing_codebatch": "id, public_id, version_id, name, total, imported, repeated_lines,"
    " refused_lines, made_by_id, made_at",
    "issuing_importedcode": "id, version_id, batch_id, code_hash, last4",
}

# A line is answered once, a code used once, a job that ended does not begin again.
ANSWERED_STAYS = """
create trigger issuing_issuerow_answered_once before update on issuing_issuerow
    for each row when (old.outcome <> 'waiting') execute function kernel_refuse_change();
create trigger issuing_importedcode_used_once before update on issuing_importedcode
    for each row when (old.coupon_id is not null) execute function kernel_refuse_change();
create trigger issuing_issuejob_ended_once before update of state, started_at, ended_at, issued, refused
    on issuing_issuejob
    for each row when (old.ended_at is not null) execute function kernel_refuse_change();
"""
ANSWERED_MAY_CHANGE = """
drop trigger issuing_issuejob_ended_once on issuing_issuejob;
drop trigger issuing_importedcode_used_once on issuing_importedcode;
drop trigger issuing_issuerow_answered_once on issuing_issuerow;
"""


class Migration(migrations.Migration):
    dependencies = [("issuing", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        *(
            refuse_changes("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(refuse_changes("no_truncate", table, "truncate", "statement") for table in WRITTEN_ONCE),
        migrations.RunSQL(ANSWERED_STAYS, ANSWERED_MAY_CHANGE),
    ]
