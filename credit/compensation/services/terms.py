"""Caps and contributions of the scheme: proposed by one person, approved by another, from a day to come on."""

from datetime import date

from django.db import transaction

from credit.compensation.errors import FundTermsDayTaken, FundTermsInvalid, FundTermsTooEarly
from credit.compensation.models import FundTerms
from district.kernel import audit, clock, four_eyes
from district.kernel.idempotency import Key, claim_key, store_result
from district.kernel.text.money import MAX_FEN
from district.members.models import User


@transaction.atomic
def propose_terms(
    *,
    effective_from: date,
    case_cap_fen: int,
    year_cap_fen: int,
    least_contribution_fen: int,
    reason: str,
    by: User,
    key: Key,
) -> FundTerms:
    """Terms from a day to come on. Raises FundTermsDayTaken, FundTermsInvalid, FundTermsTooEarly, KeyReused."""
    if (earlier := claim_key(key)) is not None:
        return FundTerms.objects.get(pk=earlier)
    has_caps = 0 < case_cap_fen <= year_cap_fen <= MAX_FEN
    if not has_caps or not 0 <= least_contribution_fen <= MAX_FEN or not reason:
        raise FundTermsInvalid
    _require_to_come(effective_from)
    row = FundTerms.objects.create(
        effective_from=effective_from,
        case_cap_fen=case_cap_fen,
        year_cap_fen=year_cap_fen,
        least_contribution_fen=least_contribution_fen,
        reason=reason,
        proposed_by=by,
        proposed_at=clock.now(),
    )
    store_result(key, row.pk)
    audit.record(by=by, verb="propose_fund_terms", subject=f"compensation.fundterms:{row.pk}")
    return row


def approve_terms(*, proposal: FundTerms, by: User, note: str = "") -> FundTerms:
    """Another person puts them into force from their day on, which must still be to come.

    Raises FourEyesNeeded, FundTermsDayTaken, FundTermsTooEarly, ProposalDecided.
    """

    def still_to_come(row: FundTerms) -> None:
        _require_to_come(row.effective_from)

    return four_eyes.decide(
        proposal,
        approve=True,
        by=by,
        note=note,
        name="fund_terms",
        apply=still_to_come,
        repeatable=True,
    )


def reject_terms(*, proposal: FundTerms, by: User, note: str = "") -> FundTerms:
    """Another person refuses them. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=False, by=by, note=note, name="fund_terms", repeatable=True
    )


def _require_to_come(effective_from: date) -> None:
    if effective_from <= clock.business_day(clock.now()):
        raise FundTermsTooEarly
    taken = FundTerms.objects.filter(state=FundTerms.State.APPROVED, effective_from=effective_from)
    if taken.exists():
        raise FundTermsDayTaken
