"""What models cannot say: a report stays as it was signed, a revocation stays, views are only added."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

REPORT, REFERRAL = "financing_financingreport", "financing_referral"
ISSUED = (
    "update of id, public_id, merchant_id, institution_id, purpose, consent, with_transactions,"
    " issued_by_id, issued_at, expires_at, text, digest, key_version, signature"
)


class Migration(migrations.Migration):
    dependencies = [("financing", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        refuse_changes("issued_once", REPORT, ISSUED, "row"),
        refuse_changes("revoked_once", REPORT, "update", "row", "when (old.revoked_at is not null)"),
        refuse_changes("recorded_once", REFERRAL, "update", "row", "when (old.outcome <> '')"),
        refuse_changes("append_only", "financing_reportview", "update or delete", "row"),
        *(
            operation
            for table in (REPORT, REFERRAL)
            for operation in (
                refuse_changes("kept", table, "delete", "row"),
                refuse_changes("no_truncate", table, "truncate", "statement"),
            )
        ),
        refuse_changes("no_truncate", "financing_reportview", "truncate", "statement"),
    ]
