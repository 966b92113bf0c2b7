"""Ratings after purchases: given, answered once, hidden, flagged."""

from datetime import timedelta

from django.db import transaction

from credit.errors import NothingToRate, RatingReplied, RatingTextHidden
from credit.models import Rating
from credit.queries.ratings import ring_ratings
from credit.rating_rings import find_rings
from credit.values import STARS
from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import Member, User
from district.merchants.models import Store
from loyalty import queries as loyalty

RATED_WITHIN_DAYS = 90


@transaction.atomic
def rate_purchase(
    *, member: Member, store: Store, receipt_no: str = "", stars: int, text: str = "", key: Key
) -> Rating:
    """Stars (1–5) for a purchase of the member at the store, without a number for the latest one.

    A later rating of the same store within 30 days counts instead of the earlier one. Raises KeyReused,
    NothingToRate (no such purchase within 90 days, or given back whole).
    """
    if stars not in STARS:
        raise ValueError("stars are 1 to 5")
    if (earlier := claim_key(key)) is not None:
        return Rating.objects.get(pk=earlier)
    at = clock.now()
    receipt = loyalty.purchase_to_rate(
        member, store=store.pk, receipt_no=receipt_no, since=at - timedelta(days=RATED_WITHIN_DAYS)
    )
    if receipt is None:
        raise NothingToRate(days=RATED_WITHIN_DAYS)
    rating = Rating.objects.create(
        member=member,
        store=store,
        merchant_id=store.merchant_id,
        receipt_id=receipt.pk,
        stars=stars,
        text=text,
        rated_at=at,
    )
    store_result(key, rating.pk)
    return rating


@transaction.atomic
def reply_to_rating(*, rating: Rating, text: str, by: User) -> Rating:
    """The merchant's public word on it, once; the same again changes nothing. Raises RatingReplied."""
    row = Rating.objects.select_for_update(no_key=True).get(pk=rating.pk)
    if row.replied_at is not None:
        if row.reply == text:
            return row
        raise RatingReplied
    row.reply, row.replied_at, row.replied_by = text, clock.now(), by
    row.save(update_fields=["reply", "replied_at", "replied_by"])
    audit.record(by=by, verb="reply_to_rating", subject=f"credit.rating:{row.pk}")
    return row


@transaction.atomic
def hide_rating_text(*, rating: Rating, reason: str, by: User) -> Rating:
    """Nobody reads the text any more; the stars stay. Raises RatingTextHidden."""
    row = Rating.objects.select_for_update(no_key=True).get(pk=rating.pk)
    if row.hidden_at is not None:
        raise RatingTextHidden
    row.hidden_at, row.hidden_by, row.hidden_for = clock.now(), by, reason
    row.save(update_fields=["hidden_at", "hidden_by", "hidden_for"])
    audit.record(by=by, verb="hide_rating_text", subject=f"credit.rating:{row.pk}", reason=reason)
    return row


@transaction.atomic
def show_rating_text(*, rating: Rating, by: User) -> Rating:
    """The text is read again; shown already, it stays so."""
    row = Rating.objects.select_for_update(no_key=True).get(pk=rating.pk)
    if row.hidden_at is not None:
        row.hidden_at, row.hidden_by, row.hidden_for = None, None, ""
        row.save(update_fields=["hidden_at", "hidden_by", "hidden_for"])
        audit.record(by=by, verb="show_rating_text", subject=f"credit.rating:{row.pk}")
    return row


@transaction.atomic
def flag_rings() -> int:
    """Flags where ratings look arranged now, and none where they do not; how many rows changed."""
    at = clock.now()
    found = {
        flag.number: [str(reason) for reason in flag.reasons]
        for flag in find_rings(ring_ratings(at))
    }
    changed = []
    rows = Rating.objects.select_for_update(no_key=True).order_by("pk")
    for row in rows.filter(pk__in=found) | rows.exclude(flagged_at=None):
        reasons = found.get(row.pk, [])
        if row.flag_reasons != reasons:
            row.flagged_at = (row.flagged_at or at) if reasons else None
            row.flag_reasons = reasons
            changed.append(row)
    Rating.objects.bulk_update(changed, ["flagged_at", "flag_reasons"], batch_size=500)
    return len(changed)


def move_ratings(*, source: int, into: int) -> int:
    """What one member rated is another's who turned out to be the same person; how many moved."""
    return Rating.objects.filter(member=source).update(member=into)
