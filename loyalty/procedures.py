"""The only Python that calls the ledger's SQL functions: typed, refusals translated.

Each function is one server call and one transaction of its own when the caller has none open;
a surrounding `transaction.atomic` costs a quarter of the rate and buys nothing.
"""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.database.postgres import call, call_record
from district.kernel.idempotency import Key
from district.kernel.outbox.events import wake_worker_on_commit
from district.merchants.queries import RememberedTill
from loyalty.values import (
    Grant,
    HoldRequest,
    PostedReceipt,
    PostedSpending,
    PostedTransfer,
    PostingContext,
    RefundPosting,
    ReportedPurchase,
    ReviewDecision,
)


def earn(
    *,
    member: int,
    context: PostingContext,
    purchase: ReportedPurchase,
    grant: Grant,
    key: Key,
    at: datetime,
) -> PostedReceipt:
    """Post a receipt and its points, exactly once per key, receipt number and bill.

    Raises PurchaseAlreadyEarned, KeyReused, ReceiptAlreadyPosted.
    """
    public_id = new_id("tr")
    posted = call_record(
        "loyalty_earn",
        *(key.scope, key.key, key.terms, member),
        *arguments_of_earning(context, purchase, grant, at, public_id=public_id),
    )
    wake_worker_on_commit()
    return _posted_receipt(public_id, posted)


def earn_at_till(
    *,
    till: RememberedTill,
    member_id: str,
    context: PostingContext,
    purchase: ReportedPurchase,
    grant: Grant,
    key: Key,
    at: datetime,
) -> PostedReceipt | None:
    """The same for a till and a member that nobody has asked for yet; None where one of them
    may not.

    Raises PurchaseAlreadyEarned, KeyReused, ReceiptAlreadyPosted.
    """
    public_id = new_id("tr")
    posted = call_record(
        "loyalty_earn_at_till",
        *(till.key_id, clock.real_now(), member_id, key.scope, key.key, key.terms),
        *arguments_of_earning(context, purchase, grant, at, public_id=public_id),
    )
    if not posted["may_act"]:
        return None
    wake_worker_on_commit()
    return _posted_receipt(public_id, posted)


def arguments_of_earning(
    context: PostingContext,
    purchase: ReportedPurchase,
    grant: Grant,
    at: datetime,
    *,
    public_id: str = "",
) -> tuple[Any, ...]:
    """What `loyalty_earn` takes behind the key and the member; `public_id` is the transfer's, a new one if empty.

    For the function of another app, too, that earns by it.
    """
    return (
        context.merchant,
        context.store,
        purchase.receipt_no,
        purchase.paid_fen,
        purchase.paid_at,
        purchase.source,
        purchase.fingerprint,
        grant.terms,
        grant.points,
        grant.rate_points,
        grant.rate_per_fen,
        grant.price_milli_fen,
        grant.active_from,
        grant.expires_at,
        grant.fallback and json.dumps(asdict(grant.fallback)),
        public_id or new_id("tr"),
        context.actor,
        at,
    )


def _posted_receipt(public_id: str, posted: dict[str, Any]) -> PostedReceipt:
    if posted["repeated"]:
        return PostedReceipt(posted["receipt"], repeated=True)
    transfer = None
    if posted["transfer"] is not None:
        transfer = PostedTransfer(public_id, posted["transfer"], posted["available"])
    return PostedReceipt(
        pk=posted["receipt"],
        transfer=transfer,
        granted=posted["granted"],
        repaid=posted["repaid"],
        waiting=posted["waiting"],
        review=posted["review"],
    )


def spend(
    *, member: int, context: PostingContext, points: int, request_no: str, key: Key, at: datetime
) -> PostedSpending:
    """Draw points from the oldest lots, exactly once per key and request number.

    Raises AccountFrozen, InsufficientPoints, KeyReused, RequestAlreadyPosted.
    """
    public_id = new_id("tr")
    posted = call_record(
        "loyalty_spend",
        *(key.scope, key.key, key.terms),
        *(
            member,
            context.merchant,
            context.store,
            request_no,
            points,
            public_id,
            context.actor,
            at,
        ),
    )
    wake_worker_on_commit()
    if posted["repeated"]:
        return PostedSpending(posted["result"], repeated=True)
    return PostedSpending(posted["result"], public_id=public_id, available=posted["available"])


def hold(
    *, member: int, context: PostingContext, request: HoldRequest, key: Key, at: datetime
) -> int:
    """Set points aside, exactly once per key and request number; the hold's pk.

    When the key was answered by a spending, its transfer's pk, see `idempotency.kind_of`.

    Raises AccountFrozen, InsufficientPoints, KeyReused, RequestAlreadyPosted.
    """
    pk: int = call(
        "loyalty_hold",
        *(key.scope, key.key, key.terms),
        *(member, context.merchant, context.store, request.request_no, request.points),
        *(request.purpose, request.grace_days, request.expires_at),
        *(new_id("hld"), new_id("tr"), context.actor, at),
    )
    wake_worker_on_commit()
    return pk


def resolve_hold(*, hold: int, points: int | None, actor: str, key: Key, at: datetime) -> int:
    """Capture so many points of a hold and release the rest, or void it (None); the hold's pk.

    Raises AccountFrozen, HoldNotOpen, HoldTooSmall, KeyReused.
    """
    pk: int = call(
        "loyalty_resolve_hold",
        *(key.scope, key.key, key.terms, hold, points, new_id("tr"), actor, at),
    )
    wake_worker_on_commit()
    return pk


def reverse_spending(
    *,
    transfer: int,
    points: int | None,
    store: int | None,
    actor: str,
    reason: str,
    key: Key,
    at: datetime,
) -> int:
    """Give back a whole spending (None) or a part of it; the new transfer's pk.

    After a merger the points go to the account that holds the member's points today.

    Raises KeyReused, TransferNotReversible.
    """
    pk: int = call(
        "loyalty_reverse_spending",
        *(key.scope, key.key, key.terms),
        *(transfer, points, store, reason, new_id("tr"), actor, at),
    )
    wake_worker_on_commit()
    return pk


def lock_account(*, member: int, at: datetime) -> int:
    """Hold a member's account until this transaction ends, everything due in it done; the account's pk.

    It is another member's once the two were merged.
    """
    pk: int = call("loyalty_lock_current_account", member, at)
    return pk


def refund(*, request: RefundPosting, store: int, actor: str, key: Key, at: datetime) -> int:
    """Post a refund under the account's lock, exactly once per key and number; the refund's pk.

    Raises KeyReused, RefundAlreadyPosted.
    """
    pk: int = call(
        "loyalty_refund",
        *(key.scope, key.key, key.terms),
        *(request.receipt, store, request.refund_no, request.fen, request.points),
        *(
            request.reverses,
            request.frees_number,
            request.reason,
            new_id("rfd"),
            new_id("tr"),
            actor,
            at,
        ),
    )
    wake_worker_on_commit()
    return pk


def adjust(
    *, member: int, merchant: int, points: int, price_milli_fen: int, expires_at: datetime,
    reference: str, reason: str, actor: str, at: datetime,
) -> int:  # fmt: skip
    """Post an approved adjustment, once per reference; the transfer's pk.

    Raises InsufficientPoints.
    """
    pk: int = call(
        "loyalty_adjust",
        *(member, merchant, points, price_milli_fen, expires_at),
        *(reference, reason, new_id("tr"), actor, at),
    )
    wake_worker_on_commit()
    return pk


def merge(*, source: int, into: int, reason: str, actor: str, at: datetime) -> int:
    """Move every lot and debt of one account into another; how many points moved.

    Raises AccountHoldsPoints, AccountMerged.
    """
    points: int = call("loyalty_merge", source, into, reason, actor, at)
    wake_worker_on_commit()
    return points


def decide_review(*, decision: ReviewDecision, key: Key, at: datetime) -> int:
    """Let waiting points go or give them back to their issuer, exactly once per key; the review's pk.

    Raises KeyReused, ReviewBySamePerson, ReviewDecided.
    """
    pk: int = call(
        "loyalty_decide_review",
        *(key.scope, key.key, key.terms),
        *(decision.review, decision.approve, decision.by, decision.note, decision.expires_at),
        *(new_id("tr"), f"user:{decision.by}", at),
    )
    wake_worker_on_commit()
    return pk


def sweep(*, account: int, at: datetime) -> bool:
    """Do what is due in one account; false when the account is busy."""
    done: bool = call("loyalty_sweep_account", account, at)
    return done
