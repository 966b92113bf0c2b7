from django.db import migrations

from district.kernel.triggers import guard

WRITTEN_ONCE = {
    "loyalty_merchantceilings": "id, merchant_id, receipt_points, member_day_points, key_day_points,"
    " merchant_day_points",
    "loyalty_earningreview": "id, public_id, receipt_id, merchant_id, points, exceeds,"
    " ceilings_points, needs_two, at",
}
RULES = (
    "id, breakage_to_id, breakage_kind, hold_minutes, grace_days, confirm_from, confirm_minutes,"
    " brake_points, brake_per_fen, brake_price_milli_fen, warn_days, adjust_limit, adjust_day_limit"
)
CEILINGS = (
    ", receipt_ceiling_points, member_day_ceiling_points, key_day_ceiling_points,"
    " merchant_day_ceiling_points, review_by_two_from_points"
)
LOT = "account_id, issuer_id, transfer_id, granted, price_milli_fen, budgeted, origin_id"
DATES = ", active_from, expires_at"


def guarded_again(table: str, before: str, after: str) -> migrations.RunSQL:
    def again(columns: str) -> str:
        return (
            f"drop trigger {table}_written_once on {table};"
            f" create trigger {table}_written_once before delete or update of {columns} on {table}"
            " for each row execute function kernel_refuse_change()"
        )

    return migrations.RunSQL(again(after), again(before))


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0013_ceilings_on_earning")]

    operations = [
        *(
            guard("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(guard("no_truncate", table, "truncate", "statement") for table in WRITTEN_ONCE),
        guard(
            "decided_once",
            "loyalty_earningreview",
            "update",
            "row",
            "when (old.decided_at is not null)",
        ),
        guarded_again("loyalty_alliancerules", RULES, RULES + CEILINGS),
        # The life of points begins anew when a person lets them go, and at no other time.
        guarded_again("loyalty_lot", LOT + DATES, LOT),
        guard(
            "dates_stay",
            "loyalty_lot",
            "update of active_from, expires_at",
            "row",
            "when (not (old.in_review and not new.in_review)"
            " and (old.active_from, old.expires_at) is distinct from (new.active_from, new.expires_at))",
        ),
        migrations.RunSQL(
            "alter table loyalty_earningcounter set (fillfactor = 50)",
            "alter table loyalty_earningcounter reset (fillfactor)",
        ),
    ]
