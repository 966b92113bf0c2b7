"""How each promise of payments is broken once what protects it is gone, and how the protections are taken away."""

from django.db import connection, transaction

TABLES = [
    "payments_order",
    "payments_payment",
    "payments_paymentrefund",
    "payments_refundproposal",
    "payments_channelbill",
    "payments_billrow",
    "payments_billdifference",
    "payments_channelcall",
]
# What each promise is protected by, and how it is broken once that is gone.
BREACHES = [
    (
        "a paid order has one accepted payment, of its own and of its amount",
        ["order_paid_iff_payment_accepted"],
        "update payments_order set state = 'paid', close_reason = '' where id = {open}",
    ),
    (
        "a paid order has one accepted payment, of its own and of its amount",
        ["order_paid_by_its_own_payment", "payments_order_accepted_payment_id_key"],
        "update payments_order set state = 'paid', paid_at = created_at,"
        " accepted_payment_id = {payment} where id = {open}",
    ),
    (
        "a paid order has one accepted payment, of its own and of its amount",
        ["order_paid_by_its_own_payment"],
        "update payments_order set amount_fen = 1 where id = {paid}",
    ),
    (
        "an accepted payment is that of its order",
        ["payment_one_accepted_per_order"],
        "insert into payments_payment (public_id, channel, transaction_id, order_id, order_number,"
        " amount_fen, role, source, paid_at, received_at) select 'ptx_2', channel, 'T-other', order_id,"
        " order_number, amount_fen, role, source, paid_at, received_at from payments_payment"
        " where id = {payment}",
    ),
    (
        "a transaction of a channel is written once",
        ["payment_once_per_transaction"],
        "insert into payments_payment (public_id, channel, transaction_id, order_number, amount_fen,"
        " role, cause, source, paid_at, received_at) select 'ptx_3', channel, transaction_id,"
        " order_number, amount_fen, 'surplus', 'unknown_order', source, paid_at, received_at"
        " from payments_payment where id = {payment}",
    ),
    *(
        (
            "money of every order and payment is more than nothing",
            [constraint],
            f"update {table} set amount_fen = 0 where id = {{{row}}}",
        )
        for constraint, table, row in [
            ("order_of_some_money", "payments_order", "open"),
            ("payment_of_some_money", "payments_payment", "unknown"),
            ("refund_of_some_money", "payments_paymentrefund", "refund"),
            ("refund_proposal_of_some_money", "payments_refundproposal", "proposal"),
        ]
    ),
    (
        "numbers of orders and refunds are used once",
        ["order_number_of_one_order"],
        "update payments_order set number = (select number from payments_order where id = {open})"
        " where id = {other}",
    ),
    (
        "numbers of orders and refunds are used once",
        ["refund_number_of_one_refund"],
        "update payments_paymentrefund set number = (select number from payments_paymentrefund where id = {refund})"
        " where id = {other_refund}",
    ),
    (
        "one order of a thing is open at a time",
        ["order_one_open_per_subject"],
        "update payments_order set subject = (select subject from payments_order where id = {open})"
        " where id = {other}",
    ),
    (
        "a closed order has a reason and a time, and no accepted payment",
        ["order_closed_for_a_reason"],
        "update payments_order set state = 'closed' where id = {open}",
    ),
    (
        "what is refunded of a payment is what its refunds brought back, never more than was paid",
        ["payment_refunds_within_amount"],
        "update payments_payment set refund_reserved_fen = amount_fen + 1 where id = {payment}",
    ),
    (
        "what is refunded of a payment is what its refunds brought back, never more than was paid",
        ["payment_refunds_within_amount"],
        "update payments_payment set refunded_fen = refund_reserved_fen + 1 where id = {payment}",
    ),
    (
        "a payment has at most fifty refunds, counted through",
        ["refund_at_most_fifty_per_payment"],
        "update payments_paymentrefund set sequence = 51 where id = {refund}",
    ),
    (
        "a payment has at most fifty refunds, counted through",
        ["refund_one_of_each_sequence"],
        "update payments_paymentrefund set sequence = 1 where payment_id = {payment}",
    ),
    (
        "what one person refunded alone of a payment is within the limit",
        ["refund_above_limit_by_two_people"],
        "update payments_paymentrefund set origin = 'person' where id = {refund}",
    ),
    (
        "an approved proposal has its refund, and no other one has",
        ["refund_proposal_by_four_eyes", "refund_proposal_decided_once"],
        "update payments_refundproposal set state = 'approved' where id = {proposal}",
    ),
    (
        "a refund that the channel has is known by its id, and ended ones are dated",
        ["refund_known_to_the_channel"],
        "update payments_paymentrefund set state = 'processing' where id = {refund}",
    ),
    (
        "a refund that the channel has is known by its id, and ended ones are dated",
        ["refund_ended_iff_dated"],
        "update payments_paymentrefund set state = 'closed' where id = {refund}",
    ),
    (
        "a difference is explained by a person with a reason",
        ["difference_explained_by_a_person"],
        "update payments_billdifference set state = 'explained', closed_at = found_at"
        " where id = {difference}",
    ),
]
# Sums that no constraint can hold; the verbs keep them under the payment's lock.
UNGUARDED = [
    (
        "what is reserved of a payment is what its refunds and proposals ask for",
        "update payments_payment set refund_reserved_fen = refund_reserved_fen + 1 where id = {payment}",
    ),
    (
        "surplus of an order of ours is on its way back",
        "update payments_payment set order_id = {open}, cause = 'closed_order' where id = {unknown}",
    ),
    (
        "a bill that was compared holds the rows that it counts",
        "update payments_channelbill set payment_fen = 1 where id = {bill}",
    ),
]
# What is written once, and what has ended.
STAYS = [
    "update payments_order set amount_fen = 1 where id = {paid}",
    "update payments_order set state = 'closed', closed_at = created_at, close_reason = 'by_app',"
    " accepted_payment_id = null, paid_at = null where id = {paid}",
    "delete from payments_order where id = {open}",
    "update payments_payment set amount_fen = amount_fen + 1 where id = {payment}",
    "update payments_payment set order_id = {open} where id = {payment}",
    "delete from payments_payment where id = {payment}",
    "update payments_paymentrefund set amount_fen = 1 where id = {refund}",
    "delete from payments_paymentrefund where id = {refund}",
    "update payments_refundproposal set amount_fen = 1 where id = {proposal}",
    "delete from payments_billrow",
    "update payments_billrow set amount_fen = 1",
    "update payments_channelcall set code = 'x'",
    "truncate payments_channelcall",
    "update payments_billdifference set amount_fen = 1",
]


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("set constraints all immediate")


def let_triggers_rest():
    """What is written once may change: it is the constraint that is looked at."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")


def drop(name):
    with connection.cursor() as cursor:
        cursor.execute(
            "select conrelid::regclass::text from pg_constraint where conname = %s", [name]
        )
        table = cursor.fetchone()
        cursor.execute(
            f"alter table {table[0]} drop constraint {name} cascade"
            if table
            else f"drop index {name}"
        )
