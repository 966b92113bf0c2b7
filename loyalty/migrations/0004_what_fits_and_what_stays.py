from django.db import migrations

from district.kernel.triggers import guard

APPEND_ONLY = ["loyalty_holdpart", "loyalty_refund", "loyalty_prefundentry"]
# Rows that stand as written but for what the rest of their life says.
WRITTEN_ONCE = {
    # Only the end of terms is ever set: what was granted by them must stay explicable.
    "loyalty_merchantterms": "id, merchant_id, earn_points, earn_per_fen, price_milli_fen,"
    " validity_months, pending_days, redeem_fee_bp",
    "loyalty_hold": "id, public_id, account_id, merchant_id, store_id, request_no, points, purpose,"
    " grace_days, expires_at, placed_id, actor, at, recorded_at",
    "loyalty_debt": "id, account_id, carrier_id, transfer_id, points, at",
    "loyalty_parkedrefund": "id, public_id, merchant_id, store_id, receipt_store_id, receipt_no,"
    " refund_no, fen, reason, actor, at",
    "loyalty_adjustment": "id, public_id, member_id, merchant_id, points, reason, evidence,"
    " proposed_by_id, proposed_at",
}
# Tables guarded before, now with more columns.
WIDENED = {
    "loyalty_lot": (
        "account_id, issuer_id, transfer_id, granted, price_milli_fen, active_from, expires_at",
        ", budgeted, origin_id",
    ),
    "loyalty_receipt": (
        "id, account_id, merchant_id, store_id, receipt_no, paid_fen, granted, terms_id,"
        " transfer_id, source, actor, paid_at, at, recorded_at",
        ", repaid, rate_points, rate_per_fen, issuer_id, fingerprint",
    ),
}

# What goes with a kind of transfer. Merchant, store, reversed line and reference: `!` must be there,
# `-` must not, `?` may.
KINDS = """
    earn          issued>available issued>pending                     ! ! - !
    activate      pending>available                                   - - - -
    spend         available>accepted                                  ! ! - !
    hold          available>held                                      ! ! - !
    capture       held>accepted                                       ! ! - !
    release       held>available                                      ! ! - !
    grace         held>available                                      ! ! - !
    expire        available>expired                                   - - - -
    clawback      available>issued pending>issued                     ! ! - !
    owe           owed>issued                                         ! ! - !
    repay         available>owed                                      ! - ! ?
    reverse_earn  available>issued pending>issued owed>issued         ! ! ! ?
    reverse_spend accepted>available                                  ! ! ! -
    return_spend  accepted>available                                  ! ! ! -
    adjust_up     issued>available                                    ! - - !
    adjust_down   available>issued                                    ! - - !
    merge_out     available>merged pending>merged merged>owed         - - ? -
    merge_in      merged>available merged>pending owed>merged         - - - -
"""


def _conditions(kinds: str) -> str:
    lines = []
    for line in kinds.strip().splitlines():
        kind, *words = line.split()
        pockets, marks = words[:-4], words[-4:]
        moves = [
            "source = '{}' and target = '{}'".format(*one.split(">")) for one in pockets
        ]
        said = [f"({' or '.join(moves)})"]
        for mark, column in zip(marks[:3], ("merchant", "store", "reverses"), strict=True):
            if mark != "?":
                said.append(f"{column} is {'not ' if mark == '!' else ''}null")
        if marks[3] != "?":
            said.append(f"reference {'<>' if marks[3] == '!' else '='} ''")
        lines.append(f"        when '{kind}' then " + " and ".join(said))
    return "\n".join(lines)


def fits(kinds: str) -> str:
    return f"""
create or replace function loyalty_transfer_fits(
    kind text, source text, target text, merchant bigint, store bigint, reverses bigint,
    reference text, points bigint, available_after bigint
) returns boolean language plpgsql immutable as $$
begin
    return points > 0 and available_after >= 0 and coalesce(case kind
{_conditions(kinds)}
    end, false);
end $$;
"""


def widened(table: str, before: str, more: str) -> migrations.RunSQL:
    def guarded(columns: str) -> str:
        return (
            f"drop trigger {table}_written_once on {table};"
            f" create trigger {table}_written_once before delete or update of {columns} on {table}"
            " for each row execute function kernel_refuse_change()"
        )

    return migrations.RunSQL(guarded(before + more), guarded(before))


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0003_the_life_of_a_point")]

    operations = [
        migrations.RunSQL(fits(KINDS), migrations.RunSQL.noop),
        *(guard("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(
            guard("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(
            guard("no_truncate", table, "truncate", "statement")
            for table in [*APPEND_ONLY, *WRITTEN_ONCE]
        ),
        *(widened(table, *columns) for table, columns in WIDENED.items()),
        # An approved adjustment is posted once.
        migrations.RunSQL(
            "create unique index transfer_once_per_adjustment on loyalty_transfer (reference)"
            " where kind in ('adjust_up', 'adjust_down')",
            "drop index transfer_once_per_adjustment",
        ),
        # Functions that these replace under other names or with other arguments.
        migrations.RunSQL(
            """
            drop function if exists loyalty_expire_due(loyalty_pointsaccount, timestamptz);
            drop function if exists loyalty_expire_account(bigint, timestamptz);
            drop function if exists loyalty_move(bigint, bigint, timestamptz);
            drop function if exists loyalty_reverse(
                text, text, bytea, bigint, bigint, text, text, text, timestamptz);
            drop function if exists loyalty_refuse_reversal(text);
            drop function if exists loyalty_earn(
                text, text, bytea, bigint, bigint, bigint, text, bigint, timestamptz, bigint, bigint,
                bigint, timestamptz, text, text, text, timestamptz);
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "alter table loyalty_issuebudgetslot set (fillfactor = 50)",
            "alter table loyalty_issuebudgetslot reset (fillfactor)",
        ),
    ]
