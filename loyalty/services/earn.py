"""Earning: a purchase at any merchant of the alliance gives points at that merchant's terms."""

from dataclasses import replace
from datetime import datetime

from district.kernel import clock
from district.kernel.database.postgres import partial_instance
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, replay_or_raise
from district.members.models import Member
from district.merchants.models import Store
from district.merchants.queries import RememberedTill
from loyalty import earning, hooks, procedures, queries, values
from loyalty.errors import PurchaseAlreadyEarned, ReceiptAlreadyPosted, TermsChanged
from loyalty.models import PointsAccount, Receipt, Transfer
from loyalty.services.match_refunds import match_refunds_of


def earn_points(
    *, store: Store, member: Member, purchase: values.ReportedPurchase, actor: str, key: Key
) -> Receipt:
    """Post a receipt and grant what it is worth at the terms of the hour it was paid.

    The points live until the start of a Shanghai day, the terms' number of months from now on, and
    wait first where the terms say so. Above a ceiling they wait for a person (`approve_earning`,
    `refuse_earning`); the till is not refused. A merchant whose prefund has run out grants at the alliance's
    rate and expense. Refunds that came before their receipt are posted behind it. Repeating the
    key, with the same terms, gives the first answer even after the terms changed. What the
    transfer shows as `balance_after` is the balance when all of this was done.

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
    try:
        try:
            posted = procedures.earn(
                member=member.pk, context=context, purchase=purchase, grant=grant, key=key, at=at
            )
        except TermsChanged:
            grant = earning.grant_of(store.merchant_id, purchase, at, fresh=True)
            posted = procedures.earn(
                member=member.pk, context=context, purchase=purchase, grant=grant, key=key, at=at
            )
    except (PurchaseAlreadyEarned, ReceiptAlreadyPosted):
        hooks.notify_purchase_refused(
            hooks.RefusedPurchase(member=member.pk, context=context, purchase=purchase, at=at)
        )
        raise
    return _finish(posted, store=store, member=member, purchase=purchase, grant=grant, at=at)


def earn_points_at_till(
    *,
    till: RememberedTill,
    store: str,
    member: str,
    purchase: values.ReportedPurchase,
    key: Key,
) -> Receipt | None:
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
    answer = procedures.earn_at_till(
        till=till,
        member_id=member,
        context=context,
        purchase=purchase,
        grant=grant,
        key=key,
        at=at,
    )
    if answer is None:
        return None
    return _finish(
        answer[1],
        store=partial_instance(Store, id=pk, public_id=store, merchant_id=till.merchant_id),
        member=partial_instance(Member, id=answer[0], public_id=member),
        purchase=purchase,
        grant=grant,
        at=at,
    )


def _finish(
    posted: values.EarnResult,
    *,
    store: Store,
    member: Member,
    purchase: values.ReportedPurchase,
    grant: values.Grant,
    at: datetime,
) -> Receipt:
    """Refunds that waited for the receipt posted behind it, and the receipt with all that its answer shows."""
    if posted.repeated:
        return _load_result(posted.receipt)
    if posted.waiting and match_refunds_of(store=store.pk, receipt_no=purchase.receipt_no):
        return _load_result(posted.receipt)
    return _build_result(posted, store=store, member=member, purchase=purchase, grant=grant, at=at)


def _load_result(pk: int) -> Receipt:
    receipt = queries.receipts().get(pk=pk)
    if receipt.transfer is not None:
        after = queries.balance_after_receipt(receipt)
        receipt.transfer.balance_after = after  # type: ignore[attr-defined]
    return receipt


def _build_result(
    posted: values.EarnResult,
    *,
    store: Store,
    member: Member,
    purchase: values.ReportedPurchase,
    grant: values.Grant,
    at: datetime,
) -> Receipt:
    """The receipt just posted with all that its answer shows, without reading it back."""
    account = partial_instance(PointsAccount, member_id=member.pk)
    account.member = member
    receipt = partial_instance(
        Receipt,
        id=posted.receipt,
        account_id=member.pk,
        merchant_id=store.merchant_id,
        store_id=store.pk,
        receipt_no=purchase.receipt_no,
        paid_fen=purchase.paid_fen,
        granted=posted.granted,
        repaid=posted.repaid,
        terms_id=grant.terms,
        transfer_id=posted.entry and posted.entry.pk,
        paid_at=purchase.paid_at,
        at=at,
    )
    receipt.account, receipt.store = account, store
    if posted.review is None:
        # Known without asking: nothing of it waits for a person.
        receipt._state.fields_cache["review"] = None
    if posted.entry is not None:
        receipt.transfer = partial_instance(
            Transfer,
            id=posted.entry.pk,
            public_id=posted.entry.public_id,
            kind=Transfer.Kind.EARN,
            account_id=member.pk,
            seq=posted.entry.seq,
            points=posted.granted,
            available_after=posted.entry.available,
            balance_after=posted.entry.available - posted.repaid,
            reverses_id=None,
            at=at,
        )
    return receipt
