from django.db import migrations

from district.kernel.triggers import guard

APPEND_ONLY = ["coupons_fundingpart", "coupons_redemptionrequest", "coupons_billrefund"]
# Rows that stand as written but for what happens to them; none is ever deleted.
WRITTEN_ONCE = {
    "coupons_coupon": "id, public_id, version_id, template_id, claimer_id, nth, claim_day, nth_of_day,"
    " source, valid_from, valid_until, replaces_id, claimed_at",
    "coupons_couponbill": "id, store_id, bill_no, bill_fen, at",
    "coupons_redemption": "id, public_id, request_id, bill_id, merchant_id, store_id, coupon_id,"
    " version_id, member_id, single_use, eligible_fen, discount_fen, cost_fen, offline, at",
}

# What two people looked at is what is given out: after a draft was submitted nothing of it changes but
# its state, and that only forward.
PUBLISHED_STAYS = """
create function coupons_refuse_rewriting() returns trigger language plpgsql as $$
declare
    v_said jsonb := to_jsonb(new) - '{state,submitted_at,decided_at,decided_by_id,stopped_at,note}'::text[];
begin
    if v_said <> to_jsonb(old) - '{state,submitted_at,decided_at,decided_by_id,stopped_at,note}'::text[]
        or (old.state, new.state) not in (
            ('submitted', 'submitted'), ('submitted', 'published'), ('submitted', 'rejected'),
            ('published', 'stopped'))
    then
        raise exception 'what was submitted stays as it is'
            using errcode = 'restrict_violation', constraint = 'version_stays_once_submitted';
    end if;
    return new;
end $$;
create trigger coupons_templateversion_stays_once_submitted before update on coupons_templateversion
    for each row when (old.state <> 'draft') execute function coupons_refuse_rewriting();
create trigger coupons_templateversion_not_deleted before delete on coupons_templateversion
    for each row when (old.state <> 'draft') execute function kernel_refuse_change();

create trigger coupons_templateversion_stays_itself before update on coupons_templateversion
    for each row when ((old.id, old.public_id, old.template_id, old.number)
                       is distinct from (new.id, new.public_id, new.template_id, new.number))
    execute function kernel_refuse_change();

create function coupons_refuse_new_payers() returns trigger language plpgsql as $$
begin
    if exists (select from coupons_templateversion where state <> 'draft'
               and id in (coalesce(new.version_id, old.version_id), old.version_id)) then
        raise exception 'who pays is fixed when a version is submitted'
            using errcode = 'restrict_violation', constraint = 'funding_stays_once_submitted';
    end if;
    return coalesce(new, old);
end $$;
create trigger coupons_templatefunding_stays_once_submitted
    before insert or update or delete on coupons_templatefunding
    for each row execute function coupons_refuse_new_payers();

create function coupons_refuse_too_much_funding() returns trigger language plpgsql as $$
begin
    if (select sum(bp) from coupons_templatefunding where version_id = new.id) > 10000 then
        raise exception 'the parts are more than the whole'
            using errcode = 'check_violation', constraint = 'funding_is_at_most_the_whole';
    end if;
    return new;
end $$;
create trigger coupons_templateversion_funded_at_most_whole
    before update of state on coupons_templateversion
    for each row when (new.state = 'submitted') execute function coupons_refuse_too_much_funding();
"""
PUBLISHED_MAY_CHANGE = """
drop trigger coupons_templateversion_funded_at_most_whole on coupons_templateversion;
drop function coupons_refuse_too_much_funding();
drop trigger coupons_templatefunding_stays_once_submitted on coupons_templatefunding;
drop function coupons_refuse_new_payers();
drop trigger coupons_templateversion_stays_itself on coupons_templateversion;
drop trigger coupons_templateversion_not_deleted on coupons_templateversion;
drop trigger coupons_templateversion_stays_once_submitted on coupons_templateversion;
drop function coupons_refuse_rewriting();
"""

# A redemption is reversed once and for good; goods come back, they do not go out again.
REVERSED_STAYS = """
create trigger coupons_redemption_reversed_once
    before update of reversed_at, reversed_by, reason on coupons_redemption
    for each row when (old.reversed_at is not null) execute function kernel_refuse_change();
create trigger coupons_redemption_returned_forward
    before update of refunded_fen, returned_fen on coupons_redemption
    for each row when (new.refunded_fen < old.refunded_fen or new.returned_fen < old.returned_fen
                       or old.reversed_at is not null)
    execute function kernel_refuse_change();
create trigger coupons_couponbill_refunded_forward
    before update of refunded_fen on coupons_couponbill
    for each row when (new.refunded_fen < old.refunded_fen) execute function kernel_refuse_change();
"""
REVERSED_MAY_CHANGE = """
drop trigger coupons_couponbill_refunded_forward on coupons_couponbill;
drop trigger coupons_redemption_returned_forward on coupons_redemption;
drop trigger coupons_redemption_reversed_once on coupons_redemption;
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0001_tables"), ("kernel", "0002_audit_is_append_only")]

    operations = [
        *(guard("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(
            guard("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(
            guard("no_truncate", table, "truncate", "statement")
            for table in [*APPEND_ONLY, *WRITTEN_ONCE, "coupons_templateversion"]
        ),
        migrations.RunSQL(PUBLISHED_STAYS, PUBLISHED_MAY_CHANGE),
        migrations.RunSQL(REVERSED_STAYS, REVERSED_MAY_CHANGE),
    ]
