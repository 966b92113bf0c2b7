"""Adjustments: a correction by hand, proposed by one person and decided by another."""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Abs

from district.kernel import audit, clock, four_eyes
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import Member, User
from district.merchants.models import Merchant
from loyalty import procedures, queries
from loyalty.errors import AdjustmentsOfTheDayUsedUp, AdjustmentTooLarge
from loyalty.models import Adjustment


@transaction.atomic
def propose_adjustment(
    *,
    member: Member,
    merchant: Merchant,
    points: int,
    reason: str,
    by: User,
    key: Key,
    evidence: str = "",
) -> Adjustment:
    """Propose to add points to a member, or with a negative number to take some; nothing moves yet.

    `merchant` pays for what is added and is paid for what is taken. What a person proposes counts
    for the Shanghai day it is proposed on, unless it is rejected.

    Raises AdjustmentTooLarge, AdjustmentsOfTheDayUsedUp, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return Adjustment.objects.get(pk=earlier)
    now = clock.now()
    alliance = queries.alliance_policy_at(now)
    if abs(points) > alliance.adjust_limit:
        raise AdjustmentTooLarge(limit=alliance.adjust_limit, asked=abs(points))
    # Two proposals of one person at once must not both count the same remainder of the limit.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    left = alliance.adjust_day_limit - _proposed_today(by)
    if abs(points) > left:
        raise AdjustmentsOfTheDayUsedUp(left=max(left, 0), asked=abs(points))
    adjustment = Adjustment.objects.create(
        member=member,
        merchant=merchant,
        points=points,
        reason=reason,
        evidence=evidence,
        proposed_by=by,
        proposed_at=now,
    )
    audit.record(
        by=by,
        verb="propose_adjustment",
        subject=f"loyalty.adjustment:{adjustment.pk}",
        points=points,
        merchant=merchant.pk,
    )
    store_result(key, adjustment.pk)
    return adjustment


@transaction.atomic
def decide_adjustment(
    *, adjustment: Adjustment, approve: bool, by: User, key: Key, note: str = ""
) -> Adjustment:
    """Another person approves, and the points move at once, or rejects, and nothing does.

    Added points cost what the merchant's terms of this hour say and live as long; those of the
    alliance or a fund cost what the fallback costs. A refused posting leaves the proposal open.

    Raises AccountMerged, FourEyesNeeded, InsufficientPoints, KeyReused, NoTerms, ProposalDecided.
    """
    if claim_key(key) is not None:
        return Adjustment.objects.get(pk=adjustment.pk)
    row = four_eyes.decide(
        adjustment,
        approve=approve,
        by=by,
        note=note,
        name="adjustment",
        apply=partial(_post, by),
        applied_fields=("transfer",),
    )
    store_result(key, row.pk)
    return row


def _proposed_today(by: User) -> int:
    start = clock.start_of_day(clock.business_day(clock.now()))
    today = Adjustment.objects.filter(
        proposed_by=by, proposed_at__gte=start, proposed_at__lt=start + timedelta(days=1)
    ).exclude(state=Adjustment.State.REJECTED)
    return today.aggregate(points=Sum(Abs("points")))["points"] or 0


def _post(by: User, row: Adjustment) -> None:
    at = clock.now()
    cost = queries.adjustment_cost(row.merchant, at)
    row.transfer_id = procedures.adjust(
        member=row.member_id,
        merchant=row.merchant_id,
        points=row.points,
        price_milli_fen=cost.price_milli_fen,
        expires_at=cost.expires_at,
        reference=row.public_id,
        reason=row.reason,
        actor=f"user:{by.pk}",
        at=at,
    )
