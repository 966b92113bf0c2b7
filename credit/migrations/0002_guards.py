"""What models cannot say: facts that are written once, rows of one merchant's own store."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

CASE_OUTCOME = "credit_caseoutcomeversion"
STORE_OF_ITS_MERCHANT = f"""
alter table {CASE_OUTCOME} add constraint case_outcome_at_a_store_of_its_merchant
    foreign key (store_id, merchant_id) references merchants_store (id, merchant_id);
alter table credit_inspection add constraint inspection_at_a_store_of_its_merchant
    foreign key (store_id, merchant_id) references merchants_store (id, merchant_id);
alter table credit_rating add constraint rating_of_a_store_of_its_merchant
    foreign key (store_id, merchant_id) references merchants_store (id, merchant_id);
alter table {CASE_OUTCOME} add constraint case_outcome_final_before_it_was_recorded
    check (final_on <= (recorded_at at time zone 'Asia/Shanghai')::date);
"""
POLICY = "credit_scorepolicyversion"
# What is announced leaves merchants time to see what it changes, and no past day ever gets another policy.
ANNOUNCED_POLICIES = f"""
alter table {POLICY} add constraint score_policy_of_its_shadow_run
    foreign key (shadow_id, sha256) references credit_policyshadowrun (id, sha256);
alter table {POLICY} add constraint score_policy_sealed
    check (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')
        and version = document::json ->> 'version');
alter table {POLICY} add constraint score_policy_announced_14_days_ahead
    check (state <> 'approved' or effective_on >= (decided_at at time zone 'Asia/Shanghai')::date + 14);
alter table {POLICY} add constraint score_policy_withdrawn_before_its_day
    check (effective_on > (withdrawn_at at time zone 'Asia/Shanghai')::date);
"""
NO_ANNOUNCED_POLICIES = f"""
alter table {POLICY} drop constraint score_policy_of_its_shadow_run;
alter table {POLICY} drop constraint score_policy_sealed;
alter table {POLICY} drop constraint score_policy_announced_14_days_ahead;
alter table {POLICY} drop constraint score_policy_withdrawn_before_its_day;
"""
POLICY_WRITTEN_ONCE = (
    "update of id, public_id, version, document, sha256, effective_on, reason, shadow_id,"
    " proposed_by_id, proposed_at"
)
POLICY_DECIDED = "when (old.state <> 'proposed')"
NO_STORE_OF_ITS_MERCHANT = f"""
alter table {CASE_OUTCOME} drop constraint case_outcome_at_a_store_of_its_merchant;
alter table credit_inspection drop constraint inspection_at_a_store_of_its_merchant;
alter table credit_rating drop constraint rating_of_a_store_of_its_merchant;
alter table {CASE_OUTCOME} drop constraint case_outcome_final_before_it_was_recorded;
"""
APPEND_ONLY = (
    CASE_OUTCOME,
    "credit_remedydebtversion",
    "credit_licence",
    "credit_profileentry",
    "credit_inspection",
    "credit_creditrecord",
    "credit_recordversion",
    "credit_recordimport",
    "credit_creditsnapshot",
    "credit_districtstatistics",
    "credit_policyshadowrun",
)
RATING_WRITTEN_ONCE = (
    "update of id, public_id, store_id, merchant_id, receipt_id, stars, text, rated_at"
)
# A merchant answers once.
REPLIED = "when (old.replied_at is not null and new.reply is distinct from old.reply)"
CODE = "credit_creditcode"
ENDED = "when (old.state <> 'live')"


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        migrations.RunSQL(STORE_OF_ITS_MERCHANT, NO_STORE_OF_ITS_MERCHANT),
        migrations.RunSQL(ANNOUNCED_POLICIES, NO_ANNOUNCED_POLICIES),
        refuse_changes("written_once", POLICY, POLICY_WRITTEN_ONCE, "row"),
        refuse_changes("decided", POLICY, "update of state, decided_by_id, decided_at, decision", "row", POLICY_DECIDED),
        refuse_changes("withdrawn", POLICY, "update", "row", "when (old.withdrawn_at is not null)"),
        refuse_changes("kept", POLICY, "delete", "row"),
        refuse_changes("no_truncate", POLICY, "truncate", "statement"),
        refuse_changes("written_once", CODE, "update of id, public_id, store_id, number, issued_at", "row"),
        refuse_changes("ended", CODE, "update", "row", ENDED),
        refuse_changes("kept", CODE, "delete", "row"),
        refuse_changes("no_truncate", CODE, "truncate", "statement"),
        refuse_changes("written_once", "credit_rating", RATING_WRITTEN_ONCE, "row"),
        refuse_changes("replied_once", "credit_rating", "update of reply", "row", REPLIED),
        refuse_changes("kept", "credit_rating", "delete", "row"),
        refuse_changes("no_truncate", "credit_rating", "truncate", "statement"),
        *(
            refuse_changes(name, table, event, level)
            for table in APPEND_ONLY
            for name, event, level in (
                ("append_only", "update or delete", "row"),
                ("no_truncate", "truncate", "statement"),
            )
        ),
    ]
