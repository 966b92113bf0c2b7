"""What the machine's guards read of the world around a case."""

from typing import Any

from credit.charter.queries import is_under_charter
from credit.complaints.machine.case import CaseFacts
from credit.complaints.machine.words import SIDES, CaseAction, CaseActor
from credit.complaints.models import CaseFile
from credit.complaints.models.case_file import OPEN_NAMES
from credit.complaints.queries.fund_cover import cover_of
from district.kernel import clock
from district.members.models import User
from district.merchants.models import Store
from district.merchants.queries import Till, is_operator, scoped

# Who acts: a person, or the merchant's own system with its till key.
ActingParty = User | Till

_DECISIVE = frozenset({CaseAction.DECIDE, CaseAction.CHANGE})


def facts_of(
    case: CaseFile,
    actor: CaseActor,
    action: CaseAction,
    by: ActingParty | None,
    *,
    master: str = "",
    receipt: Any = None,
) -> CaseFacts:
    """The facts for an act, and for what the clocks do before and after it."""
    cover = cover_of(case)
    return CaseFacts(
        actor_belongs_to_case=actor not in SIDES or belongs(case, actor, by),
        open_cases_of_purchase=_open_cases_of(receipt, besides=case),
        under_charter=action in _DECISIVE and is_under_charter(case.merchant_id, clock.now()),
        master_is_open=action is not CaseAction.MERGE or _is_open(master),
        in_fund_scheme=cover.in_scheme,
        fund_cap_fen=cover.cap_fen,
    )


def clock_facts(case: CaseFile) -> CaseFacts:
    """The facts for what the clocks alone do."""
    cover = cover_of(case)
    return CaseFacts(in_fund_scheme=cover.in_scheme, fund_cap_fen=cover.cap_fen)


def person_name(by: ActingParty) -> str:
    """How an event names who did it: the number of a person, or of a till key."""
    return by.actor if isinstance(by, Till) else str(by.pk)


def who_did_it(by: ActingParty) -> dict[str, Any]:
    """The columns `by` and `till` of a row that says who did something."""
    return {"till_id": by.key_id} if isinstance(by, Till) else {"by": by}


def belongs(case: CaseFile, actor: CaseActor, by: ActingParty | None) -> bool:
    """Whether somebody may act in this part: the shopper, who works for the store or a till of it, an operator.

    For a shopper who is no member an operator acts, by what the person said.
    """
    if by is None:
        return actor is CaseActor.TIMER
    if isinstance(by, Till):
        own = {store.pk for store in by.stores.values()}
        return actor is CaseActor.MERCHANT and case.store_id in own
    if actor is CaseActor.SHOPPER:
        return case.member.user_id == by.pk if case.member else is_operator(by)
    if actor is CaseActor.MERCHANT:
        stores = scoped(Store.objects.filter(pk=case.store_id), user=by, store="pk")
        return not is_operator(by) and stores.exists()
    return is_operator(by)


def _open_cases_of(receipt: Any, *, besides: CaseFile) -> int:
    """How many other open cases the shopper has about a purchase that is named now."""
    if receipt is None:
        return 0
    rows = CaseFile.objects.filter(member=besides.member_id, receipt=receipt, state__in=OPEN_NAMES)
    return rows.exclude(pk=besides.pk).count()


def _is_open(public_id: str) -> bool:
    return CaseFile.objects.filter(
        kind=CaseFile.Kind.COMPLAINT, public_id=public_id, state__in=OPEN_NAMES
    ).exists()
