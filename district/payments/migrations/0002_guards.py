"""What models cannot say: what is written stays, and an order is paid by its own payment."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

# Rows that stand as written but for what becomes of them.
WRITTEN_ONCE = {
    "payments_order": "id, public_id, number, channel, purpose, subject, merchant_id, description,"
    " amount_fen, created_at, expires_at",
    "payments_payment": "id, public_id, channel, transaction_id, order_id, order_number, amount_fen,"
    " payer_total_fen, role, cause, source, paid_at, received_at",
    "payments_paymentrefund": "id, public_id, number, payment_id, sequence, amount_fen, reason, origin, actor,"
    " proposal_id, single_limit_fen, requested_at",
    "payments_refundproposal": "id, payment_id, amount_fen, reason, proposed_by_id, proposed_at",
    "payments_channelbill": "id, channel, day",
    "payments_billdifference": "id, bill_id, kind, number, transaction_id, amount_fen, found_at",
}
APPEND_ONLY = ["payments_channelcall", "payments_billrow"]
# What has ended stays ended.
ENDED = {
    "payments_order": (
        "state, accepted_payment_id, paid_at, closed_at, close_reason",
        "old.state in ('paid', 'closed')",
    ),
    "payments_paymentrefund": ("state, succeeded_at", "old.state = 'succeeded'"),
    "payments_refundproposal": ("state, decided_by_id, decided_at, decision", "old.state <> 'proposed'"),
    "payments_billdifference": ("state, closed_at, explained_by_id, note", "old.state <> 'open'"),
}

OWN_PAYMENT = """
alter table payments_order add column accepted_role text
    generated always as (case when accepted_payment_id is not null then 'accepted' end) stored;
alter table payments_order add constraint order_paid_by_its_own_payment
    foreign key (accepted_payment_id, id, amount_fen, accepted_role)
    references payments_payment (id, order_id, amount_fen, role);
"""
ANY_PAYMENT = """
alter table payments_order drop constraint order_paid_by_its_own_payment;
alter table payments_order drop column accepted_role;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        migrations.RunSQL(OWN_PAYMENT, ANY_PAYMENT),
        *(
            refuse_changes("written_once", table, f"delete or update of {columns}", "row")
            for table, columns in WRITTEN_ONCE.items()
        ),
        *(refuse_changes("append_only", table, "update or delete", "row") for table in APPEND_ONLY),
        *(
            refuse_changes("no_truncate", table, "truncate", "statement")
            for table in [*APPEND_ONLY, *WRITTEN_ONCE]
        ),
        *(
            refuse_changes("ended", table, f"update of {columns}", "row", f"when ({condition})")
            for table, (columns, condition) in ENDED.items()
        ),
    ]
