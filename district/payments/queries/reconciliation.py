"""What a channel's bill and our books say differently: one statement, whatever the day's size."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from district.kernel import clock
from district.payments.models import ChannelBill


@dataclass(frozen=True)
class FoundDifference:
    """A difference; `amount_fen` is what the channel has more than we."""

    kind: str
    number: str
    transaction_id: str
    amount_fen: int
    order_id: int | None
    refund_id: int | None


# Ours of the day may stand in another day's bill, and theirs in another day's books: midnight is not the same
# moment for both. So what is missing is missing in all of them.
_DIFFERENCES = """
with their_payments as (
    select * from payments_billrow where bill_id = %(bill)s and kind = 'payment'
), their_refunds as (
    select * from payments_billrow where bill_id = %(bill)s and kind = 'refund'
), our_payments as (
    select * from payments_payment
    where channel = %(channel)s and paid_at >= %(start)s and paid_at < %(end)s
), our_refunds as (
    select refund.*, payment.transaction_id from payments_paymentrefund refund
    join payments_payment payment on payment.id = refund.payment_id
    where payment.channel = %(channel)s
        and refund.accepted_at >= %(start)s and refund.accepted_at < %(end)s
)
select 'missing_here', theirs.order_number, theirs.transaction_id, theirs.amount_fen, known.id, null::bigint
from their_payments theirs
left join payments_order known
    on known.number = theirs.order_number and known.channel = %(channel)s
where not exists (
    select from payments_payment ours
    where ours.channel = %(channel)s and ours.transaction_id = theirs.transaction_id
)
union all
select 'missing_at_channel', ours.order_number, ours.transaction_id, -ours.amount_fen, ours.order_id, null
from our_payments ours
where not exists (
    select from payments_billrow theirs
    join payments_channelbill bill on bill.id = theirs.bill_id
    where bill.channel = %(channel)s and theirs.kind = 'payment'
        and theirs.transaction_id = ours.transaction_id
)
union all
select 'amount_differs', ours.order_number, ours.transaction_id,
    theirs.amount_fen - ours.amount_fen, ours.order_id, null
from their_payments theirs
join payments_payment ours
    on ours.channel = %(channel)s and ours.transaction_id = theirs.transaction_id
where ours.amount_fen <> theirs.amount_fen
union all
select 'refund_missing_here', theirs.refund_number, theirs.transaction_id, -theirs.amount_fen, known.order_id, null
from their_refunds theirs
left join payments_payment known
    on known.channel = %(channel)s and known.transaction_id = theirs.transaction_id
where not exists (select from payments_paymentrefund ours where ours.number = theirs.refund_number)
union all
select 'refund_missing_at_channel', ours.number, ours.transaction_id, ours.amount_fen, null, ours.id
from our_refunds ours
where not exists (
    select from payments_billrow theirs
    join payments_channelbill bill on bill.id = theirs.bill_id
    where bill.channel = %(channel)s and theirs.kind = 'refund'
        and theirs.refund_number = ours.number
)
union all
select 'refund_amount_differs', ours.number, theirs.transaction_id,
    ours.amount_fen - theirs.amount_fen, null, ours.id
from their_refunds theirs
join payments_paymentrefund ours on ours.number = theirs.refund_number
where ours.amount_fen <> theirs.amount_fen
union all
select 'refund_state_differs', ours.number, theirs.transaction_id,
    case when theirs.refund_state = 'succeeded' then -ours.amount_fen else ours.amount_fen end,
    null, ours.id
from their_refunds theirs
join payments_paymentrefund ours on ours.number = theirs.refund_number
where (theirs.refund_state = 'succeeded') <> (ours.state = 'succeeded')
    -- A bill says how it was when it was written.
    and not (theirs.refund_state in ('processing', 'abnormal') and ours.state = 'succeeded')
order by 1, 2, 3
"""


def differences_of(bill: ChannelBill) -> list[FoundDifference]:
    """Everything in which a fetched bill and our books differ now."""
    start = clock.start_of_day(bill.day)
    values: dict[str, Any] = {
        "bill": bill.pk,
        "channel": bill.channel,
        "start": start,
        "end": start + timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, values)
        return [FoundDifference(*row) for row in cursor.fetchall()]
