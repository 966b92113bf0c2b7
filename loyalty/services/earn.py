"""Earning: a purchase at any merchant of the alliance gives points at that merchant's terms."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, replay_or_raise
from district.members.models import Member
from district.merchants.models import Store
from district.merchants.queries import RememberedTill
from loyalty import earning, hooks, procedures, queries, values
from loyalty.errors import PurchaseAlreadyEarned, ReceiptAlreadyPosted, TermsChanged
from loyalty.models import EarningReview, Transfer
from loyalty.results import ReceiptResult, TransferResult, receipt_result, review_result
from loyalty.services.match_refunds import match_refunds_of

_Posted = TypeVar("_Posted", bound=values.PostedReceipt | None)


def earn_points(
    *, store: Store, member: Member, purchase: values.ReportedPurchase, actor: str, key: Key
) -> ReceiptResult:
    """Post a receipt and grant what it is worth at the terms of the hour it was paid.

    The points live until the start of a Shanghai day, the terms' number of months from now on, and
    wait first where the terms say so. Above a ceiling they wait for a person (`approve_earning`,
    `refuse_earning`); the till is not refused. A merchant whose prefund has run out grants at the alliance's
    rate and expense. Refunds that came before their receipt are posted behind it. Repeating the
    key, with the same terms, gives the first answer even after the terms changed. The transfer's
    `available_after` is the balance when all of this was done.

    Raises AccountMerged, PurchaseAlreadyEarned, KeyReused, NoTerms, ReceiptAlreadyPosted,
    ReceiptFromTheFuture, ReceiptTooOld.
    """
    at = clock.now()
    context = values.PostingContext(merchant=store.merchant_id, store=store.pk, actor=actor)
    purchase = replace(purchase, fingerprint=earning.fingerprint_of(store.pk, purchase))
    try:
        earning.require_recent(purchase.paid_at, purchase.reported_at or at)
        grant = earning.grant_of(store.merchant_id, purchase, at)
    except DomainError as refusal:
        return _load_result(replay_or_raise(key, refusal))

    def post(grant: values.Grant) -> values.PostedReceipt:
        return procedures.earn(
            member=member.pk, context=context, purchase=purchase, grant=grant, key=key, at=at
        )

    try:
        posted = _post_at_current_terms(post, grant, context=context, purchase=purchase, at=at)
    except (PurchaseAlreadyEarned, ReceiptAlreadyPosted):
        hooks.notify_purchase_refused(
            hooks.RefusedPurchase(member=member.pk, context=context, purchase=purchase, at=at)
        )
        raise
    return _finish(
        posted,
        context,
        store=store.public_id,
        member=member.public_id,
        purchase=purchase,
        at=at,
    )


def earn_points_at_till(
    *,
    till: RememberedTill,
    store: str,
    member: str,
    purchase: values.ReportedPurchase,
    key: Key,
) -> ReceiptResult | None:
    """The same by one server call for a store and a member (public ids) that nobody has asked for yet.

    The call asks itself whether till, merchant, store and member may. None, and nothing is posted, where it
    is not plain that they do; a refusal may come before one that should be heard first. In both cases
    `earn_points` says what is the matter.
    """
    pk = till.stores.get(store)
    if pk is None:
        return None
    at = clock.now()
    context = values.PostingContext(merchant=till.merchant_id, store=pk, actor=till.actor)
    purchase = replace(purchase, fingerprint=earning.fingerprint_of(pk, purchase))
    earning.require_recent(purchase.paid_at, purchase.reported_at or at)
    grant = earning.grant_of(till.merchant_id, purchase, at)

    def post(grant: values.Grant) -> values.PostedReceipt | None:
        return procedures.earn_at_till(
            till=till,
            member_id=member,
            context=context,
            purchase=purchase,
            grant=grant,
            key=key,
            at=at,
        )

    posted = _post_at_current_terms(post, grant, context=context, purchase=purchase, at=at)
    if posted is None:
        return None
    return _finish(posted, context, store=store, member=member, purchase=purchase, at=at)


def _post_at_current_terms(
    post: Callable[[values.Grant], _Posted],
    grant: values.Grant,
    *,
    context: values.PostingContext,
    purchase: values.ReportedPurchase,
    at: datetime,
) -> _Posted:
    """Post at the remembered terms, or at those that have replaced them meanwhile."""
    try:
        return post(grant)
    except TermsChanged:
        return post(earning.grant_of(context.merchant, purchase, at, fresh=True))


def _finish(
    posted: values.PostedReceipt,
    context: values.PostingContext,
    *,
    store: str,
    member: str,
    purchase: values.ReportedPurchase,
    at: datetime,
) -> ReceiptResult:
    """Refunds that waited for the receipt posted behind it, and the receipt with all that its answer shows."""
    if posted.repeated:
        return _load_result(posted.pk)
    assert context.store is not None, "receipts are posted in a store"
    if posted.waiting and match_refunds_of(store=context.store, receipt_no=purchase.receipt_no):
        return _load_result(posted.pk)
    return _build_result(posted, store=store, member=member, purchase=purchase, at=at)


def _load_result(pk: int) -> ReceiptResult:
    receipt = queries.receipts().get(pk=pk)
    return receipt_result(receipt, queries.balance_after_receipt(receipt))


def _build_result(
    posted: values.PostedReceipt,
    *,
    store: str,
    member: str,
    purchase: values.ReportedPurchase,
    at: datetime,
) -> ReceiptResult:
    """Of the receipt just posted, without reading it back; only a review is read, there seldom is one."""
    transfer = review = None
    if posted.transfer is not None:
        transfer = TransferResult(
            pk=posted.transfer.pk,
            public_id=posted.transfer.public_id,
            kind=Transfer.Kind.EARN,
            points=posted.granted,
            available_after=posted.transfer.available - posted.repaid,
            reverses=None,
            at=at,
        )
    if posted.review is not None:
        review = review_result(EarningReview.objects.get(pk=posted.review))
    return ReceiptResult(
        pk=posted.pk,
        store=store,
        member=member,
        receipt_no=purchase.receipt_no,
        paid_fen=purchase.paid_fen,
        paid_at=purchase.paid_at,
        points=posted.granted,
        repaid=posted.repaid,
        transfer=transfer,
        review=review,
    )
