"""What models cannot say: histories that stand, reviewers who did not decide, closed cases whose clocks stand still."""

from django.db import migrations

from credit.complaints.migrations._contact_guards import CONTACT_GUARDS
from district.kernel.database.triggers import refuse_changes

FILE, EVENT = "complaints_casefile", "complaints_caseeventrow"
CLOCK, EVIDENCE = "complaints_caseclockrow", "complaints_caseevidence"
POLICY = "complaints_complaintpolicy"
# What was filed stands; a purchase may be named later, and a member may become another one.
FILED_ONCE = (
    "update of id, public_id, kind, store_id, merchant_id, category, wish, amount_fen, anonymity,"
    " channel, entered_by_id, filed_at, retaliation_of_id"
)
EVENT_WRITTEN_ONCE = (
    "update of id, case_id, seq, actor, by_id, till_id, action, from_state, to_state, reason_code, note_sha256,"
    " payload, policy_version, calendar_version, at, prev_hash, hash"
)
# Free text may be erased, and is never another one.
NOTE_ONLY_ERASED = "when (new.note is not null and (new.note, new.note_salt) is distinct from (old.note, old.note_salt))"
EVIDENCE_WRITTEN_ONCE = (
    "update of id, public_id, case_id, given_by, file_id, sha256, size_bytes, media_type, at, seal"
)
TEXT_ONLY_ERASED = (
    "when (new.description is not null"
    " and (new.description, new.salt) is distinct from (old.description, old.salt))"
)
CLOCK_SET_ONCE = "update of id, case_id, name, round, party, trigger_at, policy_version"
# Never earlier for who must act.
EARLIER = "when (new.due_at < old.due_at)"
STOPPED = "when (old.stopped_at is not null)"

STORE_OF_ITS_MERCHANT = f"""
alter table {FILE} add constraint case_store_of_its_merchant
    foreign key (store_id, merchant_id) references merchants_store (id, merchant_id)
"""
NO_STORE_OF_ITS_MERCHANT = f"alter table {FILE} drop constraint case_store_of_its_merchant"
EVENT_CHECKS = f"""
alter table {EVENT}
    add constraint case_event_note_is_of_its_digest
        check (note is null or note_sha256 = encode(sha256(convert_to(
            case when note = '' then '' else note_salt || chr(10) || note end, 'UTF8')), 'hex')),
    add constraint case_event_names_its_person
        check (payload->>'person' is not distinct from coalesce(by_id::text, 'till:' || till_id, '')),
    add constraint case_label_by_two_people
        check (action <> 'mark_abusive'
            or coalesce(payload->'details'->>'second_person', '') not in ('', by_id::text)),
    add constraint case_event_follows_its_own
        foreign key (case_id, follows, prev_hash) references {EVENT} (case_id, seq, hash)
"""
# An event refers to the one before it by number and hash: no gap, no other history.
EVENT_LINK = f"""
alter table {EVENT} add constraint case_event_sealed_once unique (case_id, seq, hash);
alter table {EVENT} add column follows integer
    generated always as (case when seq > 1 then seq - 1 end) stored
"""
NO_EVENT_CHECKS = f"""
alter table {EVENT} drop constraint case_event_follows_its_own;
alter table {EVENT} drop constraint case_label_by_two_people;
alter table {EVENT} drop constraint case_event_names_its_person;
alter table {EVENT} drop constraint case_event_note_is_of_its_digest
"""
NO_EVENT_LINK = f"""
alter table {EVENT} drop column follows;
alter table {EVENT} drop constraint case_event_sealed_once
"""
REVIEWER_IS_ANOTHER = f"""
create function complaints_require_other_reviewer() returns trigger language plpgsql as $$
begin
    if exists (
        select from {EVENT} earlier
        where earlier.case_id = new.case_id and earlier.seq < new.seq
            and (earlier.action in ('refuse', 'decide', 'mark_abusive')
                 or (earlier.actor, earlier.action) = ('reviewer', 'change'))
            and (earlier.by_id = new.by_id
                 or earlier.payload->'details'->>'second_person' = new.by_id::text))
    then
        raise exception 'whoever decided case % does not review it', new.case_id
            using errcode = 'check_violation', constraint = 'case_reviewer_did_not_decide';
    end if;
    return new;
end $$;
create trigger {EVENT}_reviewer before insert on {EVENT}
    for each row when (new.actor = 'reviewer') execute function complaints_require_other_reviewer();
"""
NO_REVIEWER_IS_ANOTHER = f"""
drop trigger {EVENT}_reviewer on {EVENT};
drop function complaints_require_other_reviewer;
"""
# Asked when the transaction ends: the row and its clocks come one after the other.
CLOCKS_STAND_STILL = f"""
create function complaints_require_still_clocks() returns trigger language plpgsql as $$
declare v_case bigint;
begin
    if tg_table_name = '{FILE}' then v_case := new.id; else v_case := new.case_id; end if;
    if exists (
        select from {FILE} file join {CLOCK} clock on clock.case_id = file.id
        where file.id = v_case and file.closed_at is not null and clock.stopped_at is null)
    then
        raise exception 'case % is closed and a clock of it runs', v_case
            using errcode = 'check_violation', constraint = 'case_closed_has_no_running_clock';
    end if;
    return null;
end $$;
create constraint trigger {FILE}_still_clocks after insert or update of closed_at on {FILE}
    deferrable initially deferred for each row when (new.closed_at is not null)
    execute function complaints_require_still_clocks();
create constraint trigger {CLOCK}_still_clocks after insert or update of stopped_at on {CLOCK}
    deferrable initially deferred for each row when (new.stopped_at is null)
    execute function complaints_require_still_clocks();
"""
NO_CLOCKS_STAND_STILL = f"""
drop trigger {CLOCK}_still_clocks on {CLOCK};
drop trigger {FILE}_still_clocks on {FILE};
drop function complaints_require_still_clocks;
"""
EVIDENCE_CHECK = f"""
alter table {EVIDENCE} add constraint case_evidence_is_of_its_digest
    check (description is null
        or sha256 = encode(sha256(convert_to(salt || chr(10) || description, 'UTF8')), 'hex'))
"""
NO_EVIDENCE_CHECK = f"alter table {EVIDENCE} drop constraint case_evidence_is_of_its_digest"
IN_FORCE = "when (old.effective_from <= (now() at time zone 'Asia/Shanghai')::date)"


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        migrations.RunSQL(STORE_OF_ITS_MERCHANT, NO_STORE_OF_ITS_MERCHANT),
        migrations.RunSQL(EVENT_LINK, NO_EVENT_LINK),
        migrations.RunSQL(EVENT_CHECKS, NO_EVENT_CHECKS),
        migrations.RunSQL(EVIDENCE_CHECK, NO_EVIDENCE_CHECK),
        migrations.RunSQL(REVIEWER_IS_ANOTHER, NO_REVIEWER_IS_ANOTHER),
        migrations.RunSQL(CLOCKS_STAND_STILL, NO_CLOCKS_STAND_STILL),
        *CONTACT_GUARDS,
        refuse_changes("filed_once", FILE, FILED_ONCE, "row"),
        refuse_changes("written_once", EVENT, EVENT_WRITTEN_ONCE, "row"),
        refuse_changes("note_erased", EVENT, "update of note, note_salt", "row", NOTE_ONLY_ERASED),
        refuse_changes("written_once", EVIDENCE, EVIDENCE_WRITTEN_ONCE, "row"),
        refuse_changes(
            "text_erased", EVIDENCE, "update of description, salt", "row", TEXT_ONLY_ERASED
        ),
        refuse_changes("set_once", CLOCK, CLOCK_SET_ONCE, "row"),
        refuse_changes("never_earlier", CLOCK, "update of due_at", "row", EARLIER),
        refuse_changes("stopped_once", CLOCK, "update", "row", STOPPED),
        refuse_changes("append_only", "complaints_casebreach", "update or delete", "row"),
        refuse_changes("append_only", "complaints_casenotice", "update or delete", "row"),
        refuse_changes("written_once", POLICY, "update", "row"),
        refuse_changes("kept", POLICY, "delete", "row", IN_FORCE),
        *(
            refuse_changes("kept", table, "delete", "row")
            for table in (FILE, EVENT, EVIDENCE, CLOCK)
        ),
        *(
            refuse_changes("no_truncate", table, "truncate", "statement")
            for table in (
                FILE,
                EVENT,
                EVIDENCE,
                CLOCK,
                POLICY,
                "complaints_casebreach",
                "complaints_casenotice",
            )
        ),
    ]
