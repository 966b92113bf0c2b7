"""Whether a shopper has to complain again."""

from datetime import datetime, timedelta

from credit.complaints.models import CaseFile
from credit.queries.case_outcomes import counted_cases
from credit.score.values import UNCOUNTED_OUTCOMES
from credit.statistics import PERIOD_DAYS


def complained_before(filed_now: CaseFile, at: datetime) -> bool:
    """Whether a complaint that the shopper of a new one filed about the merchant within a year had come to a counted
    end by `at`.

    Filings that are open, withdrawn or abusive make nobody's complaint a repeated one.
    """
    filed = CaseFile.objects.filter(
        kind=CaseFile.Kind.COMPLAINT,
        member=filed_now.member_id,
        walk_in=filed_now.walk_in_id,
        merchant=filed_now.merchant_id,
        filed_at__gte=at - timedelta(days=PERIOD_DAYS),
    )
    ended = counted_cases(at).filter(
        case__in=filed.values("public_id"), merchant=filed_now.merchant_id
    )
    return ended.exclude(outcome__in=[outcome.value for outcome in UNCOUNTED_OUTCOMES]).exists()
