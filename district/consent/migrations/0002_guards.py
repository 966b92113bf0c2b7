"""What models cannot say: released texts, servings and events stay as they were; a yes names its own serving."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

APPEND_ONLY = ["consent_noticeserved", "consent_consentevent"]
KEPT = [*APPEND_ONLY, "consent_noticeversion", "consent_consentsubject"]
RELEASED = "when (old.state <> 'proposed')"
# What a text says is fixed when it is proposed: the second person releases what the first one wrote.
PROPOSED = (
    "update of id, public_id, purpose_id, channel, locale, title, body, data_categories, recipients,"
    " retention, is_major_change, proposed_by_id, proposed_at"
)

OF_THE_SUBJECT = """
    alter table consent_consentevent add constraint consent_event_of_served_subject
    foreign key (served_id, subject_id, notice_id)
    references consent_noticeserved (id, subject_id, notice_id)
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        *(refuse_changes("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(refuse_changes("no_truncate", table, "truncate", "statement") for table in KEPT),
        refuse_changes("released", "consent_noticeversion", "update", "row", RELEASED),
        refuse_changes("as_proposed", "consent_noticeversion", PROPOSED, "row"),
        refuse_changes("kept", "consent_noticeversion", "delete", "row"),
        refuse_changes("numbered_once", "consent_consentsubject", "update of id, uuid", "row"),
        refuse_changes("kept", "consent_consentsubject", "delete", "row"),
        migrations.RunSQL(
            OF_THE_SUBJECT,
            "alter table consent_consentevent drop constraint consent_event_of_served_subject",
        ),
    ]
