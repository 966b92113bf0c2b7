"""What models cannot say: what is written stays, and what a submitted version must fulfil."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

APPEND_ONLY = [
    "coupons_fundingpart",
    "coupons_redemptionrequest",
    "coupons_billrefund",
    "coupons_wholebillrefund",
    "coupons_receiptreward",
    "coupons_couponpicture",
    "coupons_versionedit",
    "coupons_budgetwarning",
]
# Rows that stand as written but for what happens to them; none is ever deleted.
WRITTEN_ONCE = {
    "coupons_coupon": "id, public_id, version_id, template_id, claimer_id, claim_day, source,"
    " valid_from, valid_until, replaces_id, replaces_refund_id, claimed_at",
    "coupons_couponbill": "id, store_id, bill_no, bill_fen, at",
    "coupons_redemption": "id, public_id, request_id, bill_id, merchant_id, store_id, coupon_id,"
    " version_id, member_id, single_use, eligible_fen, discount_fen, cost_fen, offline, at",
    "coupons_budgetchange": "id, public_id, version_id, from_fen, to_fen, reason, proposed_by_id,"
    " proposed_at",
    "coupons_shareconsent": "id, public_id, version_id, merchant_id, bp, asked_at, derived_from_id",
}
# A coupon gives up its numbers only when it is taken back, and then both.
NUMBERS_STAY = (
    "when ((old.nth, old.nth_of_day) is distinct from (new.nth, new.nth_of_day)"
    " and (new.state <> 'void' or new.nth is not null or new.nth_of_day is not null))"
)
# While a lease runs nobody takes it back, moves it or cuts it short; the next one comes after it.
LEASE_STANDS = (
    "when (old.leased_until is not null"
    " and (new.leased_at is null or new.leased_at < old.leased_until))"
)

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
create trigger coupons_redemption_value_forward
    before update of restored_fen, replaced_fen on coupons_redemption
    for each row when (new.restored_fen < old.restored_fen
                       or new.replaced_fen < old.replaced_fen)
    execute function kernel_refuse_change();
create trigger coupons_couponbill_refunded_forward
    before update of refunded_fen on coupons_couponbill
    for each row when (new.refunded_fen < old.refunded_fen) execute function kernel_refuse_change();
"""
REVERSED_MAY_CHANGE = """
drop trigger coupons_couponbill_refunded_forward on coupons_couponbill;
drop trigger coupons_redemption_value_forward on coupons_redemption;
drop trigger coupons_redemption_returned_forward on coupons_redemption;
drop trigger coupons_redemption_reversed_once on coupons_redemption;
"""

# Whoever wrote or submitted a version does not decide it, and what is submitted was recorded with the
# name of whoever wrote it. Columns that a later migration adds do not hold up drafts written before.
FOUR_EYES = """
create function coupons_refuse_editors() returns trigger language plpgsql as $$
begin
    if new.decided_by_id in (select coupons_editors_of(new.id)) then
        raise exception 'whoever wrote or submitted a version does not decide it'
            using errcode = 'check_violation', constraint = 'version_decided_by_none_of_its_editors';
    end if;
    return new;
end $$;
create trigger coupons_templateversion_decided_by_another
    before update of decided_by_id on coupons_templateversion
    for each row when (new.decided_by_id is not null)
    execute function coupons_refuse_editors();

create function coupons_refuse_unrecorded() returns trigger language plpgsql as $$
declare
    v_edit coupons_versionedit;
    v_now jsonb := coupons_contents_of(new.id);
begin
    select * into v_edit from coupons_versionedit where version_id = new.id order by id desc limit 1;
    if v_edit.act is distinct from 'submit' or exists (
        select from jsonb_each(v_edit.contents) recorded
        where v_now ? recorded.key and v_now -> recorded.key <> recorded.value)
    then
        raise exception 'what is submitted was recorded as somebody wrote it'
            using errcode = 'check_violation', constraint = 'version_submitted_as_recorded';
    end if;
    return null;
end $$;
create trigger coupons_templateversion_submitted_as_recorded
    after update of state on coupons_templateversion
    for each row when (old.state = 'draft' and new.state = 'submitted')
    execute function coupons_refuse_unrecorded();
"""
TWO_EYES = """
drop trigger coupons_templateversion_submitted_as_recorded on coupons_templateversion;
drop function coupons_refuse_unrecorded();
drop trigger coupons_templateversion_decided_by_another on coupons_templateversion;
drop function coupons_refuse_editors();
"""

# Nobody bears a part of a merchant's coupon without being named: not even the alliance.
FUNDED = """
create function coupons_refuse_unfunded() returns trigger language plpgsql as $$
begin
    if exists (select from coupons_coupontemplate
               where id = new.template_id and merchant_id is not null)
        and (select coalesce(sum(bp), 0) from coupons_templatefunding where version_id = new.id)
            <> 10000
    then
        raise exception 'a merchant''s coupon names who bears all of it'
            using errcode = 'check_violation', constraint = 'merchants_coupon_is_funded_in_full';
    end if;
    return new;
end $$;
create trigger coupons_templateversion_funded_in_full
    before update of state on coupons_templateversion
    for each row when (old.state = 'draft' and new.state = 'submitted')
    execute function coupons_refuse_unfunded();
"""
UNFUNDED = """
drop trigger coupons_templateversion_funded_in_full on coupons_templateversion;
drop function coupons_refuse_unfunded();
"""

# Nobody bears a share without having agreed to it. An agreement that is revoked at the same instant waits
# for the publication, or is seen by it.
CONSENTED = """
create function coupons_refuse_without_consent() returns trigger language plpgsql as $$
begin
    perform from coupons_shareconsent
        where version_id = new.id or id in (
            select derived_from_id from coupons_shareconsent where version_id = new.id)
        order by id for share;
    if exists (select from coupons_missing_consents(new.id)) then
        raise exception 'a merchant that is named as a payer has not agreed'
            using errcode = 'check_violation', constraint = 'version_published_with_consent';
    end if;
    return new;
end $$;
create trigger coupons_templateversion_published_with_consent
    before update of state on coupons_templateversion
    for each row when (old.state = 'submitted' and new.state = 'published')
    execute function coupons_refuse_without_consent();
"""
NOT_CONSENTED = """
drop trigger coupons_templateversion_published_with_consent on coupons_templateversion;
drop function coupons_refuse_without_consent();
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        *(refuse_changes("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(
            refuse_changes("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(
            refuse_changes("no_truncate", table, "truncate", "statement")
            for table in [*APPEND_ONLY, *WRITTEN_ONCE, "coupons_templateversion"]
        ),
        refuse_changes("numbers_stay", "coupons_coupon", "update of nth, nth_of_day", "row", NUMBERS_STAY),
        refuse_changes(
            "lease_stands",
            "coupons_coupon",
            "update of leased_to_id, leased_at, leased_until",
            "row",
            LEASE_STANDS,
        ),
        refuse_changes("turn_stays", "coupons_redemption", "update of turn", "row"),
        refuse_changes("pass_stays", "coupons_redemption", "update of pass_made_at", "row"),
        refuse_changes(
            "decided_once",
            "coupons_budgetchange",
            "update of state, decided_by_id, decided_at, decision",
            "row",
            "when (old.state <> 'proposed')",
        ),
        refuse_changes(
            "agreed_once",
            "coupons_shareconsent",
            "update of state, covers_later_coupons, decided_by_id, decided_at",
            "row",
            "when (old.state = 'agreed')",
        ),
        refuse_changes(
            "revoked_once",
            "coupons_shareconsent",
            "update of revoked_by_id, revoked_at",
            "row",
            "when (old.revoked_at is not null)",
        ),
        migrations.RunSQL(PUBLISHED_STAYS, PUBLISHED_MAY_CHANGE),
        migrations.RunSQL(REVERSED_STAYS, REVERSED_MAY_CHANGE),
        migrations.RunSQL(FOUR_EYES, TWO_EYES),
        migrations.RunSQL(FUNDED, UNFUNDED),
        migrations.RunSQL(CONSENTED, NOT_CONSENTED),
    ]
