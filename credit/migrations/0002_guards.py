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
NO_STORE_OF_ITS_MERCHANT = f"""
alter table {CASE_OUTCOME} drop constraint case_outcome_at_a_store_of_its_merchant;
alter table credit_inspection drop constraint inspection_at_a_store_of_its_merchant;
alter table credit_rating drop constraint rating_of_a_store_of_its_merchant;
alter table {CASE_OUTCOME} drop constraint case_outcome_final_before_it_was_recorded;
"""
APPEND_ONLY = (
    CASE_OUTCOME,
    "credit_licence",
    "credit_profileentry",
    "credit_inspection",
    "credit_creditrecord",
    "credit_recordversion",
    "credit_recordimport",
    "credit_creditsnapshot",
    "credit_districtstatistics",
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
