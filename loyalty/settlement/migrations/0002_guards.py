"""What models cannot say: what is settled stays, cycles follow each other, nets come to nothing."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

APPEND_ONLY = [
    "settlement_line",
    "settlement_fee",
    "settlement_release",
    "settlement_statement",
    "settlement_statementpayment",
    "settlement_journalseal",
    "settlement_booking",
    "settlement_charge",
]
# Rows that stand as written but for what is decided about them.
WRITTEN_ONCE = {
    "settlement_dispute": "id, public_id, line_id, merchant_id, reason, opened_by_id, opened_at",
    "settlement_creditnote": "id, public_id, corrects_id, payer_id, payee_id, fen, reason,"
    " dispute_id, proposed_by_id, proposed_at",
}

CYCLES_FOLLOW = """
alter table settlement_cycle add constraint cycle_begins_where_the_last_ended
    foreign key (follows, starts_at) references settlement_cycle (number, ends_at);
alter table settlement_cycle add constraint cycle_of_whole_shanghai_days check (
    (starts_at at time zone 'Asia/Shanghai')::time = '00:00'
    and (ends_at at time zone 'Asia/Shanghai')::time = '00:00');
create unique index cycle_one_at_a_time on settlement_cycle ((true)) where state <> 'closed';
"""
CYCLES_NO_LONGER_FOLLOW = """
drop index cycle_one_at_a_time;
alter table settlement_cycle drop constraint cycle_of_whole_shanghai_days;
alter table settlement_cycle drop constraint cycle_begins_where_the_last_ended;
"""

# A closed cycle stands for ever, and none is ever deleted.
CLOSED_STAYS = """
create trigger settlement_cycle_closed_stays before update on settlement_cycle
    for each row when (old.state = 'closed') execute function kernel_refuse_change();
create trigger settlement_cycle_not_deleted before delete on settlement_cycle
    for each row execute function kernel_refuse_change();
create trigger settlement_cycle_no_truncate before truncate on settlement_cycle
    for each statement execute function kernel_refuse_change();
create trigger settlement_dispute_decided_once before update on settlement_dispute
    for each row when (old.state <> 'open') execute function kernel_refuse_change();
create trigger settlement_creditnote_decided_once
    before update of state, decided_by_id, decided_at, decision on settlement_creditnote
    for each row when (old.state <> 'proposed') execute function kernel_refuse_change();

-- A note goes into a cycle when that is proposed, and out again if the proposal is withdrawn; what a
-- closed cycle has settled is settled.
create function settlement_refuse_resettling() returns trigger language plpgsql as $$
begin
    if (select state from settlement_cycle where id = old.cycle_id) = 'closed' then
        raise exception 'the note was settled in cycle %', old.cycle_id
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger settlement_creditnote_settled_once before update of cycle_id on settlement_creditnote
    for each row when (old.cycle_id is not null) execute function settlement_refuse_resettling();
"""
CLOSED_MAY_CHANGE = """
drop trigger settlement_creditnote_settled_once on settlement_creditnote;
drop function settlement_refuse_resettling();
drop trigger settlement_creditnote_decided_once on settlement_creditnote;
drop trigger settlement_dispute_decided_once on settlement_dispute;
drop trigger settlement_cycle_no_truncate on settlement_cycle;
drop trigger settlement_cycle_not_deleted on settlement_cycle;
drop trigger settlement_cycle_closed_stays on settlement_cycle;
"""

# What one receives another pays: whoever writes statements writes them so, all of a cycle at once.
NETS = """
create function settlement_refuse_unbalanced() returns trigger language plpgsql as $$
begin
    if exists (select from settlement_statement
               where cycle_id in (select cycle_id from written)
               group by cycle_id having sum(net) <> 0) then
        raise exception 'the nets of a cycle do not come to nothing'
            using errcode = 'check_violation', constraint = 'statement_nets_come_to_nothing';
    end if;
    return null;
end $$;
create trigger statement_nets_come_to_nothing after insert on settlement_statement
    referencing new table as written
    for each statement execute function settlement_refuse_unbalanced();

-- What is written into a cycle that is closed already would change it.
create function settlement_refuse_closed() returns trigger language plpgsql as $$
begin
    if exists (select from settlement_cycle cycle join written on written.cycle_id = cycle.id
               where cycle.state <> 'proposed') then
        raise exception 'only a proposed cycle is written into'
            using errcode = 'check_violation', constraint = 'only_a_proposed_cycle_is_written_into';
    end if;
    return null;
end $$;
"""
NO_NETS = """
drop trigger statement_nets_come_to_nothing on settlement_statement;
drop function settlement_refuse_unbalanced();
drop function settlement_refuse_closed();
"""


# A fee that comes back is reckoned by the terms of the hour it was paid: had these changed after the close,
# another fee would come back than was paid. Rates stay as written and no terms are deleted (loyalty's guards),
# so only their times are left to guard. `settlement_lock_terms` lets no change pass during a close.
TERMS_STAY = """
create function settlement_refuse_settled_terms() returns trigger language plpgsql as $$
declare
    v_from timestamptz;
begin
    if tg_op = 'INSERT' then
        v_from := coalesce(lower(new.valid), '-infinity');
    elsif lower(new.valid) is distinct from lower(old.valid) then
        v_from := least(coalesce(lower(old.valid), '-infinity'), coalesce(lower(new.valid), '-infinity'));
    else
        v_from := least(upper(old.valid), upper(new.valid));
    end if;
    if exists (select from settlement_cycle where state = 'closed' and ends_at > v_from) then
        raise exception 'the terms of a closed cycle stay'
            using errcode = 'check_violation', constraint = 'terms_of_closed_cycles_stay';
    end if;
    return null;
end $$;
create trigger terms_of_closed_cycles_stay after insert or update of valid on loyalty_merchantterms
    for each row execute function settlement_refuse_settled_terms();
"""
TERMS_MAY_CHANGE = """
drop trigger terms_of_closed_cycles_stay on loyalty_merchantterms;
drop function settlement_refuse_settled_terms();
"""


def into_proposed_only(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"create trigger {table}_into_proposed_only after insert on {table}"
        " referencing new table as written"
        " for each statement execute function settlement_refuse_closed()",
        f"drop trigger {table}_into_proposed_only on {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        migrations.RunSQL(CYCLES_FOLLOW, CYCLES_NO_LONGER_FOLLOW),
        *(refuse_changes("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(
            refuse_changes("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(
            refuse_changes("no_truncate", table, "truncate", "statement")
            for table in [*APPEND_ONLY, *WRITTEN_ONCE]
        ),
        migrations.RunSQL(CLOSED_STAYS, CLOSED_MAY_CHANGE),
        migrations.RunSQL(NETS, NO_NETS),
        migrations.RunSQL(TERMS_STAY, TERMS_MAY_CHANGE),
        *(
            into_proposed_only(table)
            for table in (
                "settlement_line",
                "settlement_fee",
                "settlement_release",
                "settlement_statement",
                "settlement_charge",
            )
        ),
        # The transaction that wrote a row, as transfers have it: by it the bookings up to a horizon are
        # read without losing one that commits late.
        migrations.RunSQL(
            "alter table settlement_booking"
            " add column xid xid8 not null default pg_current_xact_id()",
            "alter table settlement_booking drop column xid",
        ),
        # The bookings of a cycle, found without reading those of all years: what is appended in the
        # order of instants and of transactions needs but a range for each block.
        migrations.RunSQL(
            "create index booking_by_window on settlement_booking"
            " using brin (at, ((xid::text)::bigint)) with (pages_per_range = 32, autosummarize = on)",
            "drop index booking_by_window",
        ),
    ]
