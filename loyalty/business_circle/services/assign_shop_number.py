"""A person says which store is meant by what was typed at WeChat."""

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Store
from loyalty.business_circle import transitions
from loyalty.business_circle.errors import PaymentDecided, ShopNumberEmpty
from loyalty.business_circle.models import MallPayment, ShopNumber


@transaction.atomic
def assign_shop_number(*, shop_number: str, store: Store, by: User, key: Key) -> ShopNumber:
    """The number means this store from now on; payments that wait for it are credited by the next run of
    `credit_waiting_payments`. What is decided stays.

    Raises KeyReused, ShopNumberEmpty.
    """
    if (earlier := claim_key(key)) is not None:
        return ShopNumber.objects.get(pk=earlier)
    number = shop_number.strip()
    if not number:
        raise ShopNumberEmpty
    row, _is_new = ShopNumber.objects.update_or_create(
        shop_number=number,
        defaults={"store": store, "assigned_by": by, "assigned_at": clock.now()},
    )
    audit.record(
        by=by,
        verb="assign_shop_number",
        subject=f"business_circle.shopnumber:{row.pk}",
        store=store.pk,
        shop_number=number,
    )
    store_result(key, row.pk)
    return row


@transaction.atomic
def assign_payment_store(*, payment: MallPayment, store: Store, by: User, key: Key) -> MallPayment:
    """This one payment was made in that store: for those whose number is empty, or wrong just once.

    Raises KeyReused, PaymentDecided.
    """
    if (earlier := claim_key(key)) is not None:
        return MallPayment.objects.get(pk=earlier)
    transitions.lock_transaction(payment.transaction_id)
    row = MallPayment.objects.get(pk=payment.pk)
    if row.state != MallPayment.State.WAITING_FOR_STORE:
        raise PaymentDecided
    row.store = Store.objects.select_related("merchant").get(pk=store.pk)
    transitions.decide_payment(row, at=clock.now())
    audit.record(
        by=by,
        verb="assign_payment_store",
        subject=f"business_circle.mallpayment:{row.pk}",
        store=store.pk,
    )
    store_result(key, row.pk)
    return row
