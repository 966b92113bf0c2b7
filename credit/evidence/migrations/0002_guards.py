"""What models cannot say: what was received stands, a case keeps its files, an erased key never comes back."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

FILE, ACCESS = "evidence_evidencefile", "evidence_evidenceaccess"
RECEIVED_ONCE = (
    "update of id, public_id, side, kind, media_type, size_bytes, sha256, served_bytes, at"
)
BOUND_ONCE = (
    "when (old.subject <> '' and (new.subject, new.bound_at, new.slot)"
    " is distinct from (old.subject, old.bound_at, old.slot))"
)
ERASED_ONCE = (
    "when (old.erased_at is not null and (new.wrapped is not null or (new.erased_at, new.erasure_reason)"
    " is distinct from (old.erased_at, old.erasure_reason)))"
)
# What is erased is of nobody's case any more.
BOUND_WHILE_KEPT = "when (old.erased_at is not null and new.subject <> old.subject)"


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        refuse_changes("received_once", FILE, RECEIVED_ONCE, "row"),
        refuse_changes("bound_once", FILE, "update of subject, bound_at, slot", "row", BOUND_ONCE),
        refuse_changes("bound_while_kept", FILE, "update of subject", "row", BOUND_WHILE_KEPT),
        refuse_changes("erased_once", FILE, "update", "row", ERASED_ONCE),
        refuse_changes("append_only", ACCESS, "update or delete", "row"),
        refuse_changes("kept", FILE, "delete", "row"),
        *(refuse_changes("no_truncate", table, "truncate", "statement") for table in (FILE, ACCESS)),
    ]
