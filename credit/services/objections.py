"""What a merchant says to a fact: that it is wrong, or a word to be shown with it; another person decides."""

from typing import Any, TypeVar

from django.db import transaction

from credit.errors import FactNotOfMerchant, FactObjected
from credit.models import (
    CaseOutcomeVersion,
    CreditRecord,
    FactCorrection,
    Inspection,
    MerchantStatement,
    Rating,
)
from credit.queries.terms import DECISION_DAYS, working_days_after
from district.kernel import audit, clock, four_eyes
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant

Objection = TypeVar("Objection", FactCorrection, MerchantStatement)
Fact = Inspection | CreditRecord | Rating | str


@transaction.atomic
def request_correction(
    *, merchant: Merchant, fact: Fact, reason: str, by: User, key: Key
) -> FactCorrection:
    """The fact is said to be wrong, and is shown as disputed until another person decides, in ten working days.

    Raises FactNotOfMerchant, FactObjected (one open or upheld already), KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return FactCorrection.objects.get(pk=earlier)
    at = clock.now()
    column = _column_of(merchant, fact)
    _require_none(FactCorrection, column)
    row = FactCorrection.objects.create(
        merchant=merchant,
        reason=reason,
        due_at=working_days_after(at, DECISION_DAYS),
        proposed_by=by,
        proposed_at=at,
        **column,
    )
    store_result(key, row.pk)
    _record("request_correction", row, by)
    return row


def uphold_correction(*, proposal: FactCorrection, by: User, note: str = "") -> FactCorrection:
    """Another person agrees: the fact counts no more. Raises FourEyesNeeded, ProposalDecided."""
    return _decide(proposal, by, note, approve=True, name="correction")


def reject_correction(*, proposal: FactCorrection, by: User, note: str = "") -> FactCorrection:
    """The fact stands. Raises FourEyesNeeded, ProposalDecided."""
    return _decide(proposal, by, note, approve=False, name="correction")


@transaction.atomic
def submit_statement(
    *, merchant: Merchant, fact: Fact, text: str, by: User, key: Key
) -> MerchantStatement:
    """The merchant's word on a fact, one for each; it waits for somebody of the district.

    Raises FactNotOfMerchant, FactObjected, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return MerchantStatement.objects.get(pk=earlier)
    column = _column_of(merchant, fact)
    _require_none(MerchantStatement, column)
    row = MerchantStatement.objects.create(
        merchant=merchant, text=text, proposed_by=by, proposed_at=clock.now(), **column
    )
    store_result(key, row.pk)
    _record("submit_statement", row, by)
    return row


def approve_statement(
    *, proposal: MerchantStatement, by: User, note: str = ""
) -> MerchantStatement:
    """It is shown with its fact. Raises FourEyesNeeded, ProposalDecided."""
    return _decide(proposal, by, note, approve=True, name="statement")


def reject_statement(*, proposal: MerchantStatement, by: User, note: str = "") -> MerchantStatement:
    """It is not. Raises FourEyesNeeded, ProposalDecided."""
    return _decide(proposal, by, note, approve=False, name="statement")


def _decide(proposal: Objection, by: User, note: str, *, approve: bool, name: str) -> Objection:
    return four_eyes.decide(proposal, approve=approve, by=by, note=note, name=name, repeatable=True)


def _column_of(merchant: Merchant, fact: Fact) -> dict[str, Any]:
    """The fact as a column of an objection. Raises FactNotOfMerchant."""
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if isinstance(fact, str):
        versions = CaseOutcomeVersion.objects.filter(case=fact).order_by("-version")
        latest = versions.first()
        if latest is None or latest.merchant_id != merchant.pk:
            raise FactNotOfMerchant
        return {"case": fact}
    if fact.merchant_id != merchant.pk:
        raise FactNotOfMerchant
    names = {Inspection: "inspection", CreditRecord: "record", Rating: "rating"}
    return {names[type(fact)]: fact}


def _require_none(model: type[FactCorrection | MerchantStatement], column: dict[str, Any]) -> None:
    """Raises FactObjected."""
    if model.objects.filter(**column).exclude(state=model.State.REJECTED).exists():
        raise FactObjected


def _record(verb: str, row: FactCorrection | MerchantStatement, by: User) -> None:
    audit.record(by=by, verb=verb, subject=f"{row._meta.label_lower}:{row.pk}")
