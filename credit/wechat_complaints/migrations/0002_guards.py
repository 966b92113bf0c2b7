"""What models cannot say: what WeChat told stands, a reply is never another one, what is done stays done."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

COMPLAINT, ITEM = "wechat_complaints_wechatcomplaint", "wechat_complaints_wechatitem"
REPLY, PAYER = "wechat_complaints_wechatreply", "wechat_complaints_wechatpayer"
WRITTEN_ONCE = {
    COMPLAINT: "id, complaint_id, received_at",
    ITEM: "id, complaint_id, log_id, position, operator, operate_type, operated_at, words, picture_urls",
    REPLY: "id, complaint_id, case_id, case_seq, kind, words, awaits_money, created_at",
    PAYER: "id, openid_hash",
}
DECIDED_ONCE = {
    ITEM: (
        "state, case_seq, problem, settled_by_id, settled_at",
        "old.state not in ('waiting', 'for_person')",
    ),
    REPLY: ("state, done_at, skipped_by_id", "old.state <> 'waiting'"),
}
# What was read never becomes unread, and money that came back does not leave again.
GOES_BACK = (
    "when (new.asked_version < old.asked_version or new.fetched_version < old.fetched_version"
    " or new.known_items < old.known_items or (old.is_fully_refunded and not new.is_fully_refunded)"
    " or (old.case_id is not null and new.case_id is null))"
)


class Migration(migrations.Migration):
    dependencies = [("wechat_complaints", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        *(
            refuse_changes("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(refuse_changes("no_truncate", table, "truncate", "statement") for table in WRITTEN_ONCE),
        *(
            refuse_changes("decided_once", table, f"update of {columns}", "row", f"when ({condition})")
            for table, (columns, condition) in DECIDED_ONCE.items()
        ),
        refuse_changes("goes_forward", COMPLAINT, "update", "row", GOES_BACK),
    ]
