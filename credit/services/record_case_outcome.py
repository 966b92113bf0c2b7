"""What complaints tell the score: the outcome of a case, version by version."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from credit.errors import CaseFactsInvalid, CaseVersionReused
from credit.models import CaseOutcomeVersion
from credit.values import STARS, FinalCase, UncountedCase
from district.kernel import clock
from district.merchants.models import Store


def record_case_outcome(
    *, case: str, version: int, store: Store, outcome: FinalCase | UncountedCase, at: datetime
) -> CaseOutcomeVersion:
    """Keep what a case means from `at` on; written in the caller's transaction, if there is one.

    `case` is its public id, `version` counts from 1. A higher version replaces the lower ones, also when it
    comes first. The same version again is the same row.

    Raises CaseFactsInvalid (bounds, an outcome later than `at`), CaseVersionReused (other facts).
    """
    facts = _facts_of(outcome, at)
    if not case or version < 1:
        raise CaseFactsInvalid(reason=_("投诉编号不能为空，版本自 1 起。"))
    terms = facts | {"store": store, "merchant": store.merchant}
    row, is_new = CaseOutcomeVersion.objects.get_or_create(
        case=case, version=version, defaults=terms | {"recorded_at": at}
    )
    if not is_new and any(getattr(row, name) != value for name, value in terms.items()):
        raise CaseVersionReused
    return row


def _facts_of(outcome: FinalCase | UncountedCase, at: datetime) -> dict[str, Any]:
    """The columns of an outcome, checked as the table's constraints do."""
    if isinstance(outcome, UncountedCase):
        if not outcome.reason:
            raise CaseFactsInvalid(reason=_("请说明不计入的原因。"))
        return {"uncounted_reason": outcome.reason}
    if outcome.final_on > clock.business_day(at):
        raise CaseFactsInvalid(reason=_("定论日期不能晚于记录日期。"))
    if outcome.stars is not None and outcome.stars not in STARS:
        raise CaseFactsInvalid(reason=_("评分为 1 至 5 星。"))
    if not outcome.category or (outcome.first_answer_minutes or 0) < 0:
        raise CaseFactsInvalid(reason=_("请填写类别；首次答复的分钟数不能为负。"))
    return asdict(outcome)
