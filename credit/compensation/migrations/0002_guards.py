"""What models cannot say: entries that come to nothing, balances that follow from them, books that stand."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

ACCOUNT, ENTRY, POSTING = (
    f"compensation_{table}" for table in ("fundaccount", "fundentry", "fundposting")
)
PAYMENT, ATTEMPT = "compensation_fundpayment", "compensation_paymentattempt"
CLAIM, CHARGE = "compensation_fundclaim", "compensation_claimcharge"
MEMBERSHIP, TERMS = "compensation_fundmembership", "compensation_fundterms"

BALANCES_FOLLOW = f"""
create function compensation_add_to_balance() returns trigger language plpgsql as $$
begin
    update {ACCOUNT} set balance_fen = balance_fen + new.fen where id = new.account_id;
    return null;
end $$;
create trigger {POSTING}_adds after insert on {POSTING}
    for each row execute function compensation_add_to_balance();
"""
NO_BALANCES_FOLLOW = f"""
drop trigger {POSTING}_adds on {POSTING};
drop function compensation_add_to_balance;
"""
# Asked when the transaction ends: the legs come one after the other.
COMES_TO_NOTHING = f"""
create function compensation_require_balance() returns trigger language plpgsql as $$
declare v_entry bigint;
begin
    if tg_table_name = '{ENTRY}' then v_entry := new.id; else v_entry := new.entry_id; end if;
    if (select coalesce(sum(fen), 1) <> 0 from {POSTING} where entry_id = v_entry) then
        raise exception 'the legs of entry % come to something', v_entry
            using errcode = 'check_violation', constraint = 'fund_entry_comes_to_nothing';
    end if;
    return null;
end $$;
create constraint trigger {ENTRY}_balanced after insert on {ENTRY}
    deferrable initially deferred for each row execute function compensation_require_balance();
create constraint trigger {POSTING}_balanced after insert on {POSTING}
    deferrable initially deferred for each row execute function compensation_require_balance();
"""
NO_COMES_TO_NOTHING = f"""
drop trigger {POSTING}_balanced on {POSTING};
drop trigger {ENTRY}_balanced on {ENTRY};
drop function compensation_require_balance;
"""
# A balance is written by the postings' trigger alone.
BY_HAND = "when (pg_trigger_depth() = 0)"
NOT_NEW = "when (new.balance_fen <> 0)"
PAYMENT_WRITTEN_ONCE = "update of id, public_id, case_id, seq, merchant_id, amount_fen, due_at"
PAID = "when (old.state = 'paid')"
ATTEMPT_WRITTEN_ONCE = (
    "update of id, public_id, payment_id, method, payee_hint, proposed_by_id, proposed_at"
)
ENDED = "when (old.state in ('succeeded', 'rejected'))"
CLAIM_WRITTEN_ONCE = (
    "update of id, public_id, payment_id, case_id, merchant_id, amount_fen, claimed_at"
)
CHARGE_WRITTEN_ONCE = "update of id, claim_id, number, reference, fen, at"
SETTLED_ONCE = "when (old.statement_id is not null)"
LEFT = "when (old.left_at is not null)"
DECIDED = "when (old.state <> 'proposed')"


class Migration(migrations.Migration):
    dependencies = [("compensation", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        migrations.RunSQL(BALANCES_FOLLOW, NO_BALANCES_FOLLOW),
        migrations.RunSQL(COMES_TO_NOTHING, NO_COMES_TO_NOTHING),
        refuse_changes("by_postings", ACCOUNT, "update", "row", BY_HAND),
        refuse_changes("begins_empty", ACCOUNT, "insert", "row", NOT_NEW),
        refuse_changes("append_only", ENTRY, "update or delete", "row"),
        refuse_changes("append_only", POSTING, "update or delete", "row"),
        refuse_changes("written_once", PAYMENT, PAYMENT_WRITTEN_ONCE, "row"),
        refuse_changes("paid_once", PAYMENT, "update", "row", PAID),
        refuse_changes("written_once", ATTEMPT, ATTEMPT_WRITTEN_ONCE, "row"),
        refuse_changes("ended", ATTEMPT, "update", "row", ENDED),
        refuse_changes("written_once", CLAIM, CLAIM_WRITTEN_ONCE, "row"),
        refuse_changes("written_once", CHARGE, CHARGE_WRITTEN_ONCE, "row"),
        refuse_changes("settled_once", CHARGE, "update", "row", SETTLED_ONCE),
        refuse_changes("left_once", MEMBERSHIP, "update", "row", LEFT),
        refuse_changes("decided_once", TERMS, "update", "row", DECIDED),
        *(
            refuse_changes("kept", table, "delete", "row")
            for table in (ACCOUNT, PAYMENT, ATTEMPT, CLAIM, CHARGE, MEMBERSHIP, TERMS)
        ),
        *(
            refuse_changes("no_truncate", table, "truncate", "statement")
            for table in (ACCOUNT, ENTRY, POSTING, PAYMENT, ATTEMPT, CLAIM, CHARGE, MEMBERSHIP, TERMS)
        ),
    ]
