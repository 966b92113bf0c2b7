"""Abuse of complaints: what looks like it, proposed by one officer and confirmed or rejected by another one."""

from datetime import timedelta

from django.db import transaction

from credit.complaints import procedures
from credit.complaints.errors import (
    AbuseProposed,
    CaseNotInState,
    CaseNotYours,
    PatternDismissed,
)
from credit.complaints.machine.words import CaseAction, CaseActor
from credit.complaints.models import AbuseLabel, AbuseProposal, CaseFile, CasePattern
from credit.complaints.models.abuse import LABEL_DAYS
from credit.complaints.queries.cases import wording_of
from credit.complaints.queries.patterns import patterns_of, unlooked_cases
from credit.complaints.services.acts import CaseRequest, act_on_case
from district.kernel import audit, clock, four_eyes
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.queries import is_operator


@transaction.atomic
def propose_abuse(
    *, case: CaseFile, reasons: str, evidence: str, by: User, key: Key
) -> AbuseProposal:
    """An officer takes an open complaint for an abuse and says by which pattern; nothing changes yet.

    Raises AbuseProposed (one waits already), CaseNotInState, CaseNotYours, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return AbuseProposal.objects.get(pk=earlier)
    if not is_operator(by):
        raise CaseNotYours
    procedures.lock_case(case.pk)
    file = CaseFile.objects.get(pk=case.pk)
    if file.kind != CaseFile.Kind.COMPLAINT or not file.is_open:
        raise CaseNotInState(problem="wrong_state", **wording_of(file))
    if AbuseProposal.objects.filter(case=file, state=AbuseProposal.State.PROPOSED).exists():
        raise AbuseProposed
    proposal = AbuseProposal.objects.create(
        case=file, reasons=reasons, evidence=evidence, proposed_by=by, proposed_at=clock.now()
    )
    audit.record(
        by=by, verb="propose_abuse", subject=f"complaints.abuseproposal:{proposal.pk}", case=file.pk
    )
    store_result(key, proposal.pk)
    return proposal


@transaction.atomic
def confirm_abuse(*, proposal: AbuseProposal, by: User, note: str = "") -> AbuseProposal:
    """Another officer, who has not decided the case, agrees: it closes as abusive, and the shopper has a label.

    Raises CaseActRefused, CaseNotInState, FourEyesNeeded, ProposalDecided.
    """

    def close(row: AbuseProposal) -> None:
        request = CaseRequest(
            CaseAction.MARK_ABUSIVE,
            CaseActor.OFFICER,
            row.proposed_by,
            note=f"{row.reasons}\n{row.evidence}",
            details={"second_person": str(by.pk)},
        )
        case = act_on_case(case=row.case, request=request, key=Key.of("abuse", row.public_id))
        # A label is of a member; of a person who is none the district keeps nothing longer than the contact.
        if case.member_id is not None:
            AbuseLabel.objects.create(
                proposal=row,
                member_id=case.member_id,
                begins_at=case.last_at,
                ends_at=case.last_at + timedelta(days=LABEL_DAYS),
            )

    return four_eyes.decide(
        proposal, approve=True, by=by, note=note, name="abuse", apply=close, repeatable=True
    )


def reject_abuse(*, proposal: AbuseProposal, by: User, note: str = "") -> AbuseProposal:
    """Another officer does not agree; the case goes on. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=False, by=by, note=note, name="abuse", repeatable=True
    )


@transaction.atomic
def find_patterns(*, limit: int = 200) -> int:
    """Write down what an officer may look at of new complaints; how many were looked at. Again: nothing new."""
    cases = list(unlooked_cases()[:limit])
    found = [
        CasePattern(case=case, kind=kind, other_id=other, facts=facts, found_at=clock.now())
        for case in cases
        for kind, other, facts in patterns_of(case)
    ]
    CasePattern.objects.bulk_create(found, ignore_conflicts=True)
    CaseFile.objects.filter(pk__in=[case.pk for case in cases]).update(looked_for_patterns=True)
    return len(cases)


@transaction.atomic
def dismiss_pattern(*, pattern: CasePattern, by: User) -> CasePattern:
    """An officer saw it and makes nothing of it. Raises PatternDismissed."""
    row = CasePattern.objects.select_for_update(no_key=True).get(pk=pattern.pk)
    if row.dismissed_at is not None:
        raise PatternDismissed
    row.dismissed_at, row.dismissed_by = clock.now(), by
    row.save(update_fields=["dismissed_at", "dismissed_by"])
    audit.record(by=by, verb="dismiss_case_pattern", subject=f"complaints.casepattern:{row.pk}")
    return row
