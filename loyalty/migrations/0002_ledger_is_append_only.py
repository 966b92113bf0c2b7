from django.db import migrations

from district.kernel.triggers import guard

APPEND_ONLY = ["loyalty_transfer", "loyalty_draw", "loyalty_restore"]
# Rows that stand as written but for a counter: whoever sets one of these columns is refused.
# A trigger on columns costs nothing when only the counter is set.
WRITTEN_ONCE = {
    "loyalty_lot": "account_id, issuer_id, transfer_id, granted, price_milli_fen, active_from,"
    " expires_at",
    "loyalty_receipt": "id, account_id, merchant_id, store_id, receipt_no, paid_fen,"
    " granted, terms_id, transfer_id, source, actor, paid_at, at, recorded_at",
}

FITS = """
create function loyalty_transfer_fits(
    kind text, source text, target text, merchant bigint, store bigint, reverses bigint,
    reference text, points bigint, available_after bigint
) returns boolean language plpgsql immutable as $$
begin
    return points > 0 and available_after >= 0 and coalesce(case kind
        when 'earn' then source = 'issued' and target = 'available'
            and merchant is not null and store is not null and reverses is null and reference <> ''
        when 'spend' then source = 'available' and target = 'accepted'
            and merchant is not null and store is not null and reverses is null and reference <> ''
        when 'expire' then source = 'available' and target = 'expired'
            and merchant is null and store is null and reverses is null and reference = ''
        when 'reverse_earn' then source = 'available' and target = 'issued'
            and merchant is not null and store is not null and reverses is not null
            and reference = ''
        when 'reverse_spend' then source = 'accepted' and target = 'available'
            and merchant is not null and store is not null and reverses is not null
            and reference = ''
    end, false);
end $$;
alter table loyalty_transfer add constraint transfer_fits_its_kind check (
    loyalty_transfer_fits(kind, source, target, merchant_id, store_id, reverses_id, reference,
                          points, available_after));
"""
UNFITS = """
alter table loyalty_transfer drop constraint transfer_fits_its_kind;
drop function loyalty_transfer_fits;
"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0001_ledger"), ("kernel", "0002_audit_is_append_only")]

    operations = [
        migrations.RunSQL(FITS, UNFITS),
        *(guard("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(
            guard("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(
            guard("no_truncate", table, "truncate", "statement")
            for table in [*APPEND_ONLY, *WRITTEN_ONCE]
        ),
        # Balances change in place; room on the page keeps those updates away from the indexes.
        migrations.RunSQL(
            "alter table loyalty_pointsaccount set (fillfactor = 70)",
            "alter table loyalty_pointsaccount reset (fillfactor)",
        ),
        # The horizon by which rollups of append-only rows are taken without losing late commits.
        migrations.RunSQL(
            "alter table loyalty_transfer"
            " add column xid xid8 not null default pg_current_xact_id()",
            "alter table loyalty_transfer drop column xid",
        ),
    ]
