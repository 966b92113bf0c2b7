"""The only Python that calls the SQL functions of the business circle."""

from datetime import datetime

from district.kernel.database.postgres import call_unguarded
from district.kernel.idempotency import Key
from district.kernel.outbox.events import wake_worker_on_commit
from loyalty import procedures as ledger
from loyalty.business_circle.models import MallPayment
from loyalty.values import Grant, PostingContext, ReportedPurchase


def credit_payment(
    *,
    payment: MallPayment,
    context: PostingContext,
    purchase: ReportedPurchase,
    grant: Grant,
    key: Key,
    at: datetime,
) -> int | None:
    """Write a payment that is not written yet, credit it and owe WeChat its points; the payment's pk.

    None, and nothing is done, where it is not plain that it is a member's first report in an open store.
    """
    pk: int | None = call_unguarded(
        "business_circle_credit_payment",
        *(payment.public_id, payment.openid_hash, payment.openid_sealed, payment.master_version),
        *(payment.shop_number, payment.shop_name, payment.is_requested, payment.waits_until),
        *(key.scope, key.key, key.terms),
        *ledger.arguments_of_earning(context, purchase, grant, at),
    )
    if pk is not None:
        wake_worker_on_commit()
    return pk
