"""Reviews: a person decides on the points of a receipt that are above a ceiling."""

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.idempotency import Key
from district.members.models import User
from loyalty import arithmetic, procedures, values
from loyalty.errors import ReviewNeedsReason
from loyalty.models import EarningReview, MerchantTerms


def approve_earning(*, review: EarningReview, by: User, key: Key, note: str = "") -> EarningReview:
    """Let the waiting points go: spendable now, or on the day the terms named if that is still to come.

    They live the terms' number of months from now on: waiting took nothing of their life. Whatever was
    refunded meanwhile is gone. Of large sums (`needs_two`) the first approval only says who it was, and
    the review waits on for another person.

    Raises KeyReused, ReviewBySamePerson, ReviewDecided.
    """
    return _decide(review, approve=True, by=by, key=key, note=note)


def refuse_earning(*, review: EarningReview, by: User, key: Key, note: str) -> EarningReview:
    """Give the waiting points back to whoever issued them, for a reason that the member reads.

    The receipt stays, and so does its number; later refunds of it take no points any more.

    Raises KeyReused, ReviewDecided, ReviewNeedsReason.
    """
    if not note.strip():
        raise ReviewNeedsReason
    return _decide(review, approve=False, by=by, key=key, note=note)


@transaction.atomic
def _decide(
    review: EarningReview, *, approve: bool, by: User, key: Key, note: str
) -> EarningReview:
    at = clock.now()
    terms = MerchantTerms.objects.get(receipt=review.receipt_id)
    decision = values.ReviewDecision(
        review=review.pk,
        approve=approve,
        by=by.pk,
        note=note,
        expires_at=arithmetic.expiry_of(at, months=terms.validity_months),
    )
    # The account first, as everywhere; who decides at the same time is seen below.
    procedures.lock_account(member=review.receipt.account_id, at=at)
    before = EarningReview.objects.get(pk=review.pk)
    procedures.decide_review(decision=decision, key=key, at=at)
    decided = EarningReview.objects.select_related("receipt", "merchant").get(pk=review.pk)
    if (decided.state, decided.first_by_id) != (before.state, before.first_by_id):
        audit.record(
            by=by,
            verb="approve_earning" if approve else "refuse_earning",
            subject=f"loyalty.earningreview:{review.pk}",
            points=review.points,
            state=decided.state,
            reason=note,
        )
    return decided
