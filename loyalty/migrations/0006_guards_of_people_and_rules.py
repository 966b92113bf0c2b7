from django.db import migrations

from district.kernel.triggers import guard

APPEND_ONLY = ["loyalty_auditrun", "loyalty_expirywarning"]
# Only the end of a rule's validity is set later, when another follows.
WRITTEN_ONCE = {
    "loyalty_alliancerules": "id, breakage_to_id, breakage_kind, hold_minutes, grace_days,"
    " confirm_from, confirm_minutes, brake_points, brake_per_fen, brake_price_milli_fen, warn_days,"
    " adjust_limit, adjust_day_limit",
    "loyalty_issuebudget": "merchant_id, slots, since",
}


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0005_people_and_rules"), ("merchants", "0004_one_kind")]

    operations = [
        *(guard("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(
            guard("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(
            guard("no_truncate", table, "truncate", "statement")
            for table in [*APPEND_ONLY, *WRITTEN_ONCE]
        ),
        migrations.RunSQL(
            "alter table loyalty_alliancerules add constraint rules_breakage_to_a_party_of_its_kind"
            " foreign key (breakage_to_id, breakage_kind) references merchants_merchant (id, kind)",
            "alter table loyalty_alliancerules drop constraint rules_breakage_to_a_party_of_its_kind",
        ),
        # The lines since the rollup's horizon, found without reading the ledger: what is appended in
        # the order of transactions needs but a range for each block, which costs a posting nothing.
        migrations.RunSQL(
            "create index transfer_by_transaction on loyalty_transfer"
            " using brin (((xid::text)::bigint)) with (pages_per_range = 32, autosummarize = on)",
            "drop index transfer_by_transaction",
        ),
    ]
