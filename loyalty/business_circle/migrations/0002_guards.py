"""What models cannot say: what is reported stands, what is decided stays decided, what is sent is never changed."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

WRITTEN_ONCE = {
    "business_circle_mallpayment": "id, public_id, transaction_id, openid_hash, shop_number, shop_name,"
    " amount_fen, paid_at, is_requested, received_at, waits_until, recorded_at",
    "business_circle_mallrefund": "id, refund_id, transaction_id, refund_fen, payment_fen, refunded_at,"
    " received_at, recorded_at",
    "business_circle_pointssync": "id, payment_id, is_earned, increased_points, total_points, remarks,"
    " decided_at",
}
DECIDED_ONCE = {
    "business_circle_mallpayment": (
        "state, reason, receipt_id, store_id, decided_at",
        "old.decided_at is not null",
    ),
    "business_circle_mallrefund": (
        "state, reason, ledger_refund_id, decided_at",
        "old.decided_at is not null",
    ),
    "business_circle_pointssync": ("synced_at", "old.synced_at is not null"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("business_circle", "0001_tables"),
        ("kernel", "0002_guards"),
        ("loyalty", "0001_tables"),
    ]

    operations = [
        *(
            refuse_changes("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(refuse_changes("no_truncate", table, "truncate", "statement") for table in WRITTEN_ONCE),
        *(
            refuse_changes("decided_once", table, f"update of {columns}", "row", f"when ({condition})")
            for table, (columns, condition) in DECIDED_ONCE.items()
        ),
        # Every receipt of a till asks whether WeChat has reported its purchase (loyalty/sql/earn.sql).
        migrations.RunSQL(
            "create index receipt_by_wechat on loyalty_receipt (store_id, paid_fen, paid_at)"
            " where source = 'wechat'",
            "drop index receipt_by_wechat",
        ),
        # And every payment asks which accounts were merged into its member's: few, so the index is tiny.
        migrations.RunSQL(
            "create index account_by_survivor on loyalty_pointsaccount (merged_into_id)"
            " where merged_into_id is not null",
            "drop index account_by_survivor",
        ),
    ]
