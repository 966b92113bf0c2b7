"""Merchants join the scheme with a contribution, and leave it."""

from django.db import transaction
from django.db.models import F

from credit.compensation.contribution_posting import enter_contribution
from credit.compensation.errors import (
    ContributionTooSmall,
    FundMemberAlready,
    FundMemberLeft,
    FundNeedsAlliance,
    FundTermsMissing,
    MerchantOwesFund,
)
from credit.compensation.models import FundClaim, FundMembership
from credit.compensation.queries.scheme import terms_on
from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant
from district.merchants.queries import is_member


@transaction.atomic
def join_fund(
    *, merchant: Merchant, amount_fen: int, reference: str, by: User, key: Key
) -> FundMembership:
    """A merchant of the alliance joins: its complaints filed from now on are covered. The bank's number is the
    contribution's; terms that ask for nothing take one of 0 fen, without a number.

    Raises ContributionTooSmall, FundAmountInvalid, FundEntryRecorded, FundMemberAlready, FundNeedsAlliance,
    FundTermsMissing, KeyReused, MerchantOwesFund.
    """
    if (earlier := claim_key(key)) is not None:
        return FundMembership.objects.get(pk=earlier)
    now = clock.now()
    terms = terms_on(clock.business_day(now))
    if terms is None:
        raise FundTermsMissing
    if not Merchant.objects.filter(is_member(now), pk=merchant.pk).exists():
        raise FundNeedsAlliance
    if FundMembership.objects.filter(merchant=merchant, left_at=None).exists():
        raise FundMemberAlready
    if _owes(merchant):
        raise MerchantOwesFund
    if amount_fen < terms.least_contribution_fen:
        raise ContributionTooSmall(least_fen=terms.least_contribution_fen)
    entry = enter_contribution(merchant, amount_fen, reference, by) if amount_fen else None
    with translate_database_errors():
        row = FundMembership.objects.create(
            merchant=merchant, contribution=entry, joined_at=now, joined_by=by
        )
    store_result(key, row.pk)
    audit.record(by=by, verb="join_fund", subject=f"compensation.fundmembership:{row.pk}")
    return row


@transaction.atomic
def leave_fund(*, membership: FundMembership, reason: str, by: User) -> FundMembership:
    """The merchant is bound for no complaint filed from now on; those before stay covered, and its debts stay.

    Raises FundMemberLeft.
    """
    row = FundMembership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if row.left_at is not None:
        raise FundMemberLeft
    row.left_at, row.left_by, row.leave_reason = clock.now(), by, reason
    row.save(update_fields=["left_at", "left_by", "leave_reason"])
    audit.record(
        by=by, verb="leave_fund", subject=f"compensation.fundmembership:{row.pk}", reason=reason
    )
    return row


def _owes(merchant: Merchant) -> bool:
    claims = FundClaim.objects.filter(merchant=merchant, is_waived=False)
    return claims.filter(recovered_fen__lt=F("amount_fen")).exists()
