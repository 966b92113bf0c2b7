"""Getting back what the fund has paid: by the statements, against objections, until two people give it up."""

from django.db import transaction

from credit.compensation.claim_posting import SOURCE, bring_up_to_date
from credit.compensation.errors import (
    FundClaimNotDisputable,
    FundClaimSettled,
    FundDisputeNotOpen,
)
from credit.compensation.models import ClaimCharge, ClaimWriteOff, FundClaim
from credit.compensation.queries.recoveries import recovered_by_claim
from district.kernel import audit, clock, four_eyes
from district.kernel.four_eyes import require_other_person
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from loyalty.settlement.models import Charge, Cycle, Statement
from loyalty.settlement.queries import bookings_of_charge

_SETTLED = (FundClaim.State.RECOVERED, FundClaim.State.WAIVED, FundClaim.State.WRITTEN_OFF)


@transaction.atomic
def dispute_claim(*, claim: FundClaim, reason: str, by: User, key: Key) -> FundClaim:
    """The merchant says that it does not owe this, once; until it is decided, the charge is taken back.

    Raises FundClaimNotDisputable, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return FundClaim.objects.get(pk=earlier)
    row = _locked(claim)
    if row.disputed_at is not None or row.state in _SETTLED or not reason:
        raise FundClaimNotDisputable
    row.dispute_reason, row.disputed_by, row.disputed_at = reason, by, clock.now()
    row.save(update_fields=["dispute_reason", "disputed_by", "disputed_at"])
    store_result(key, row.pk)
    audit.record(by=by, verb="dispute_fund_claim", subject=f"compensation.fundclaim:{row.pk}")
    return bring_up_to_date(row.pk)


def uphold_dispute(*, claim: FundClaim, note: str, by: User) -> FundClaim:
    """The merchant owes nothing, and the fund bears it. Raises FourEyesNeeded, FundDisputeNotOpen."""
    return _decide_dispute(claim, note, by, is_upheld=True)


def reject_dispute(*, claim: FundClaim, note: str, by: User) -> FundClaim:
    """The merchant owes it, and is charged again. Raises FourEyesNeeded, FundDisputeNotOpen."""
    return _decide_dispute(claim, note, by, is_upheld=False)


@transaction.atomic
def propose_write_off(*, claim: FundClaim, reason: str, by: User, key: Key) -> ClaimWriteOff:
    """Nothing more will come of it, says one person. Raises FundClaimSettled, KeyReused."""
    if (earlier := claim_key(key)) is not None:
        return ClaimWriteOff.objects.get(pk=earlier)
    row = _locked(claim)
    proposed = row.write_offs.filter(state=ClaimWriteOff.State.PROPOSED)
    if row.state in _SETTLED or row.is_disputed or proposed.exists():
        raise FundClaimSettled
    proposal = ClaimWriteOff.objects.create(
        claim=row, reason=reason, proposed_by=by, proposed_at=clock.now()
    )
    store_result(key, proposal.pk)
    audit.record(
        by=by, verb="propose_fund_write_off", subject=f"compensation.claimwriteoff:{proposal.pk}"
    )
    return proposal


@transaction.atomic
def approve_write_off(*, proposal: ClaimWriteOff, by: User, note: str = "") -> ClaimWriteOff:
    """Another person agrees: the fund bears what is open; what still comes in later is counted all the same.

    Raises FourEyesNeeded, FundClaimSettled, ProposalDecided.
    """
    claim = _locked(proposal.claim)

    def give_up(row: ClaimWriteOff) -> None:
        if claim.state in _SETTLED or claim.is_disputed:
            raise FundClaimSettled
        bring_up_to_date(row.claim_id, write_off=True)

    return four_eyes.decide(
        proposal,
        approve=True,
        by=by,
        note=note,
        name="fund_write_off",
        apply=give_up,
        repeatable=True,
    )


def reject_write_off(*, proposal: ClaimWriteOff, by: User, note: str = "") -> ClaimWriteOff:
    """Another person wants the money. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=False, by=by, note=note, name="fund_write_off", repeatable=True
    )


def follow_statements() -> int:
    """See which charges closed cycles have settled and what of them was paid; how many claims changed.

    Each claim in a transaction of its own. Bears repetition, and runs beside any other.
    """
    _find_statements()
    charged = ClaimCharge.objects.filter(statement__isnull=False).values("claim").distinct()
    rows = list(FundClaim.objects.filter(pk__in=charged))
    recovered = recovered_by_claim([row.pk for row in rows])
    changed = [row for row in rows if min(row.amount_fen, recovered[row.pk]) != row.recovered_fen]
    for row in changed:
        bring_up_to_date(row.pk)
    return len(changed)


@transaction.atomic
def _find_statements() -> None:
    """Name the statement of each charge whose cycle is closed."""
    open_charges = ClaimCharge.objects.filter(statement=None)
    merchants = open_charges.values_list("claim__merchant", flat=True)
    if not merchants:
        return
    first_at = open_charges.order_by("at").values_list("at", flat=True)[0]
    closed = Charge.objects.filter(
        source=SOURCE,
        payer__in=set(merchants),
        cycle__state=Cycle.State.CLOSED,
        cycle__approved_at__gte=first_at,
    )
    for charge in closed.select_related("cycle"):
        statement = Statement.objects.get(cycle=charge.cycle, merchant=charge.payer_id)
        references = [booking.reference for booking in bookings_of_charge(charge)]
        open_charges.filter(reference__in=references).update(statement=statement)


@transaction.atomic
def _decide_dispute(claim: FundClaim, note: str, by: User, *, is_upheld: bool) -> FundClaim:
    row = _locked(claim)
    if (row.dispute_upheld, row.dispute_decided_by_id) == (is_upheld, by.pk):
        return row
    if not row.is_disputed or not note:
        raise FundDisputeNotOpen
    require_other_person(by, row.disputed_by_id)
    row.dispute_upheld, row.dispute_decision = is_upheld, note
    row.dispute_decided_by, row.dispute_decided_at = by, clock.now()
    row.save(
        update_fields=[
            *("dispute_upheld", "dispute_decision", "dispute_decided_by", "dispute_decided_at"),
        ]
    )
    audit.record(
        by=by,
        verb="uphold_fund_dispute" if is_upheld else "reject_fund_dispute",
        subject=f"compensation.fundclaim:{row.pk}",
        note=note,
    )
    return bring_up_to_date(row.pk)


def _locked(claim: FundClaim) -> FundClaim:
    return FundClaim.objects.select_for_update(no_key=True).get(pk=claim.pk)
