"""What models cannot say: what fits a kind of transfer, and what is written stays."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

APPEND_ONLY = [
    "loyalty_transfer",
    "loyalty_draw",
    "loyalty_restore",
    "loyalty_holdpart",
    "loyalty_refund",
    "loyalty_prefundentry",
    "loyalty_auditrun",
    "loyalty_expirywarning",
]
# Rows that stand as written but for what the rest of their life says: whoever sets one of these columns
# is refused. A trigger on columns costs nothing when only a counter is set.
WRITTEN_ONCE = {
    "loyalty_lot": "account_id, issuer_id, transfer_id, granted, price_milli_fen, budgeted, origin_id",
    "loyalty_receipt": "id, account_id, merchant_id, store_id, receipt_no, paid_fen, granted, terms_id,"
    " transfer_id, source, actor, paid_at, at, recorded_at, repaid, rate_points, rate_per_fen,"
    " issuer_id, fingerprint",
    # Only the end of terms is ever set: what was granted by them must stay explicable.
    "loyalty_merchantterms": "id, merchant_id, earn_points, earn_per_fen, price_milli_fen,"
    " validity_months, pending_days, redeem_fee_bp",
    "loyalty_hold": "id, public_id, account_id, merchant_id, store_id, request_no, points, purpose,"
    " grace_days, expires_at, placing_transfer_id, actor, at, recorded_at",
    "loyalty_debt": "id, account_id, carrier_id, transfer_id, points, at, receipt_id",
    "loyalty_parkedrefund": "id, public_id, merchant_id, store_id, receipt_store_id, receipt_no,"
    " refund_no, fen, reason, actor, at",
    "loyalty_adjustment": "id, public_id, member_id, merchant_id, points, reason, evidence,"
    " proposed_by_id, proposed_at",
    # Only the end of a rule's validity is set later, when another follows.
    "loyalty_alliancepolicy": "id, breakage_to_id, breakage_kind, hold_minutes, grace_days,"
    " confirm_from, confirm_minutes, fallback_points, fallback_per_fen, fallback_price_milli_fen, warn_days,"
    " adjust_limit, adjust_day_limit, receipt_ceiling_points, member_day_ceiling_points,"
    " key_day_ceiling_points, merchant_day_ceiling_points, review_by_two_from_points",
    "loyalty_issuebudget": "merchant_id, slots, since",
    "loyalty_merchantceilings": "id, merchant_id, receipt_points, member_day_points, key_day_points,"
    " merchant_day_points",
    "loyalty_earningreview": "id, public_id, receipt_id, merchant_id, points, exceeds,"
    " ceilings_points, needs_two, at",
}

# What goes with a kind of transfer. Merchant, store, reversed line and reference: `!` must be there,
# `-` must not, `?` may. Points that a member exchanges on the phone are spent at a merchant, but in no
# store of it, and come back in none; what comes to the account that holds the points of a merged one
# says what brought it.
KINDS = """
    earn          issued>available issued>pending                     ! ! - !
    activate      pending>available                                   - - - -
    spend         available>accepted                                  ! ? - !
    hold          available>held                                      ! ! - !
    capture       held>accepted                                       ! ! - !
    release       held>available                                      ! ! - !
    grace         held>available                                      ! ! - !
    expire        available>expired                                   - - - -
    clawback      available>issued pending>issued                     ! ! - !
    owe           owed>issued                                         ! ! - !
    repay         available>owed                                      ! - ! ?
    reverse_earn  available>issued pending>issued owed>issued         ! ! ! ?
    reverse_spend accepted>available                                  ! ? ! -
    return_spend  accepted>available                                  ! ! ! -
    adjust_up     issued>available                                    ! - - !
    adjust_down   available>issued                                    ! - - !
    merge_out     available>merged pending>merged merged>owed         - - ? -
    merge_in      merged>available merged>pending owed>merged         - - ? ?
"""


def conditions(kinds: str) -> str:
    """The lines of a `case kind` that hold for rows which fit their kind."""
    lines = []
    for line in kinds.strip().splitlines():
        kind, *words = line.split()
        pockets, marks = words[:-4], words[-4:]
        moves = ["source = '{}' and target = '{}'".format(*move.split(">")) for move in pockets]
        parts = [f"({' or '.join(moves)})"]
        for mark, column in zip(marks[:3], ("merchant", "store", "reverses"), strict=True):
            if mark != "?":
                parts.append(f"{column} is {'not ' if mark == '!' else ''}null")
        if marks[3] != "?":
            parts.append(f"reference {'<>' if marks[3] == '!' else '='} ''")
        lines.append(f"        when '{kind}' then " + " and ".join(parts))
    return "\n".join(lines)


# An earning may also be undone of which nothing is left to take.
FITS = f"""
create function loyalty_transfer_fits(
    kind text, source text, target text, merchant bigint, store bigint, reverses bigint,
    reference text, points bigint, available_after bigint
) returns boolean language plpgsql immutable as $$
begin
    return (points > 0 or points = 0 and kind = 'reverse_earn') and available_after >= 0 and coalesce(case kind
{conditions(KINDS)}
    end, false);
end $$;
alter table loyalty_transfer add constraint transfer_fits_its_kind check (
    loyalty_transfer_fits(kind, source, target, merchant_id, store_id, reverses_id, reference,
                          points, available_after));
"""
FITS_NOT_CHECKED = """
alter table loyalty_transfer drop constraint transfer_fits_its_kind;
drop function loyalty_transfer_fits;
"""


def fillfactor(table: str, percent: int) -> migrations.RunSQL:
    """Room on each page of a table whose rows change in place: updates then stay away from the indexes."""
    return migrations.RunSQL(
        f"alter table {table} set (fillfactor = {percent})",
        f"alter table {table} reset (fillfactor)",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0001_tables"),
        ("kernel", "0002_guards"),
        ("merchants", "0001_tables"),
    ]

    operations = [
        migrations.RunSQL(FITS, FITS_NOT_CHECKED),
        *(refuse_changes("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(
            refuse_changes("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(
            refuse_changes("no_truncate", table, "truncate", "statement")
            for table in [*APPEND_ONLY, *WRITTEN_ONCE]
        ),
        # A receipt number that is free stays free, or a bill could be reported again and again.
        refuse_changes(
            "freed_stays", "loyalty_receipt", "update of freed", "row", "when (old.freed)"
        ),
        # The life of points begins anew when a person approves them, and at no other time.
        refuse_changes(
            "dates_stay",
            "loyalty_lot",
            "update of active_from, expires_at",
            "row",
            "when (not (old.in_review and not new.in_review)"
            " and (old.active_from, old.expires_at) is distinct from (new.active_from, new.expires_at))",
        ),
        refuse_changes(
            "decided_once",
            "loyalty_earningreview",
            "update",
            "row",
            "when (old.decided_at is not null)",
        ),
        migrations.RunSQL(
            "alter table loyalty_alliancepolicy add constraint rules_breakage_to_a_party_of_its_kind"
            " foreign key (breakage_to_id, breakage_kind) references merchants_merchant (id, kind)",
            "alter table loyalty_alliancepolicy drop constraint rules_breakage_to_a_party_of_its_kind",
        ),
        # An approved adjustment is posted once.
        migrations.RunSQL(
            "create unique index transfer_once_per_adjustment on loyalty_transfer (reference)"
            " where kind in ('adjust_up', 'adjust_down')",
            "drop index transfer_once_per_adjustment",
        ),
        # The horizon by which rollups of append-only rows are taken without losing late commits.
        migrations.RunSQL(
            "alter table loyalty_transfer"
            " add column xid xid8 not null default pg_current_xact_id()",
            "alter table loyalty_transfer drop column xid",
        ),
        # The lines since the rollup's horizon, found without reading the ledger: what is appended in
        # the order of transactions needs but a range for each block, which costs a posting nothing.
        migrations.RunSQL(
            "create index transfer_by_transaction on loyalty_transfer"
            " using brin (((xid::text)::bigint)) with (pages_per_range = 32, autosummarize = on)",
            "drop index transfer_by_transaction",
        ),
        fillfactor("loyalty_pointsaccount", 70),
        fillfactor("loyalty_issuebudgetslot", 50),
        fillfactor("loyalty_earningcounter", 50),
    ]
