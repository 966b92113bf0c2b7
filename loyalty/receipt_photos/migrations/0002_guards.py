"""What models cannot say: what is written once, decided once, and stays with its merchant."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

WRITTEN_ONCE = {
    "bills_receiptphoto": "id, public_id, member_id, merchant_id, store_id, receipt_no, paid_fen,"
    " paid_at, fingerprint, digest, at, recorded_at",
    "bills_receiptconflict": "id, public_id, merchant_id, store_id, reason, earlier_id, member_id,"
    " receipt_no, paid_fen, paid_at, source, photo_id, actor, reported_at, at, recorded_at",
}
OF_ONE_MERCHANT = {
    "bills_receiptphoto": "photo_of_a_store_of_its_merchant",
    "bills_receiptconflict": "conflict_at_a_store_of_its_merchant",
}


class Migration(migrations.Migration):
    dependencies = [
        ("bills", "0001_tables"),
        ("kernel", "0002_guards"),
        ("loyalty", "0001_tables"),
        ("merchants", "0001_tables"),
    ]

    operations = [
        *(
            refuse_changes("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(refuse_changes("no_truncate", table, "truncate", "statement") for table in WRITTEN_ONCE),
        *(
            refuse_changes("decided_once", table, "update", "row", "when (old.decided_at is not null)")
            for table in WRITTEN_ONCE
        ),
        *(
            migrations.RunSQL(
                f"alter table {table} add constraint {name} foreign key (store_id, merchant_id)"
                " references merchants_store (id, merchant_id)",
                f"alter table {table} drop constraint {name}",
            )
            for table, name in OF_ONE_MERCHANT.items()
        ),
        # A picture is ciphertext, which cannot be made smaller.
        migrations.RunSQL(
            "alter table bills_photopicture alter column sealed set storage external",
            "alter table bills_photopicture alter column sealed set storage extended",
        ),
        # Bills near in time are looked for among all receipts of a store. Receipts are written about
        # in the order of their time, so a BRIN index finds them and costs the posting next to nothing.
        migrations.RunSQL(
            "create index receipt_by_time on loyalty_receipt using brin (paid_at)"
            " with (pages_per_range = 32, autosummarize = on)",
            "drop index receipt_by_time",
        ),
        migrations.RunSQL(
            "create index receipt_by_photo on loyalty_receipt (paid_at) where source = 'photo'",
            "drop index receipt_by_photo",
        ),
    ]
