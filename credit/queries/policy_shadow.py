"""What another policy would make of the merchants' newest published facts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from credit.models import CreditSnapshot
from credit.queries.policies import policies_by_day, policy_on
from credit.queries.score_inputs import profile_items
from credit.queries.snapshots import current_snapshots, stored_inputs
from credit.score.policy import ScorePolicy, profile_share
from credit.score.policy_document import credit_v1
from credit.score.scoring import score_merchant
from credit.score.shadow import PolicyComparison, ScoredTwice, compare_scores
from district.documents.reader import DocumentProblem
from district.merchants.models import Merchant

CHUNK = 500
# Facts are read for so many days.
MOST_HORIZON_DAYS = 730


@dataclass(frozen=True, slots=True)
class PolicyTrial:
    """A policy beside the one that the newest snapshots were taken by; `as_of` is None without any snapshot."""

    comparison: PolicyComparison
    compared_with: str
    as_of: date | None


def policy_problems(policy: ScorePolicy, effective_on: date | None = None) -> list[DocumentProblem]:
    """What no reader of the document can see: facts that are not kept, repairs that were granted already.

    From a day on (None: after all others) it may not demand more days before a repair than a policy that begins
    earlier, nor fewer than one that begins later.
    """
    found = []
    if policy.horizon_days > MOST_HORIZON_DAYS:
        path = "decay.horizon_days"
        found.append(DocumentProblem(path, "not_in_range", f"1–{MOST_HORIZON_DAYS}"))
    day, by_day = effective_on or date.max, policies_by_day()
    for level, rule in policy.penalties.items():
        terms = [(begins, other.penalties[level].repair_after_days) for begins, other in by_day]
        most = min(term for begins, term in terms if begins < day)
        least = max((term for begins, term in terms if begins >= day), default=0)
        if not least <= rule.repair_after_days <= most:
            path = f"penalties.{level}.repair_after_days"
            found.append(DocumentProblem(path, "not_in_range", f"{least}–{most}"))
    return found


def try_policy(policy: ScorePolicy) -> PolicyTrial:
    """Over the newest snapshots of all merchants that are in the district, with the same previous grades."""
    day = CreditSnapshot.objects.order_by("-as_of").values_list("as_of", flat=True).first()
    current = policy_on(day) if day else credit_v1()
    scored = _scored(day, current, policy) if day else iter(())
    return PolicyTrial(compare_scores(scored), current.version, day)


def _scored(day: date, current: ScorePolicy, policy: ScorePolicy) -> Iterator[ScoredTwice]:
    rows = current_snapshots().filter(as_of=day, merchant__state=Merchant.State.ACTIVE)
    after = 0
    while chunk := list(rows.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        shares = _profile_shares(chunk, current, policy)
        for row in chunk:
            inputs = stored_inputs(row)
            if row.merchant_id in shares:
                standing = replace(inputs.standing, profile=shares[row.merchant_id])
                changed = replace(inputs, standing=standing)
            else:
                changed = inputs
            yield score_merchant(inputs, current), score_merchant(changed, policy)
        after = chunk[-1].pk


def _profile_shares(
    chunk: list[CreditSnapshot], current: ScorePolicy, policy: ScorePolicy
) -> Mapping[int, Any]:
    """By merchant, where the policy weighs the items of a profile otherwise."""
    if policy.profile_items_bp == current.profile_items_bp:
        return {}
    merchants = [row.merchant_id for row in chunk]
    items = profile_items(merchants, chunk[0].as_of)
    return {merchant: profile_share(items[merchant], policy) for merchant in merchants}
