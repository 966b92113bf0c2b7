"""What came of a job's lines, as a person reads it."""

from functools import cache

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from coupons.issuing.models import IssueJob, IssueRow
from coupons.issuing.queries.recipients import (
    MEMBER_CLOSED,
    MEMBER_UNKNOWN,
    ROW_REPEATED,
    ROW_UNREADABLE,
)
from district.kernel.http.error_catalogue import all_refusals

_REASON_TEXTS = {
    ROW_UNREADABLE: _("该行没有可识别的会员编号或手机号"),
    MEMBER_UNKNOWN: _("没有这位会员"),
    ROW_REPEATED: _("同一会员在名单中重复"),
    MEMBER_CLOSED: _("会员已注销"),
}


def rows_of(job: IssueJob) -> QuerySet[IssueRow]:
    """The lines of a job in their order, with what an answer shows."""
    return job.rows.select_related("member", "coupon").order_by("line")


def counts_of(job: IssueJob) -> list[tuple[str, str, int]]:
    """How many lines came to the same: outcome, code, lines; the most frequent first."""
    rows = job.rows.values_list("outcome", "code").annotate(rows=Count("pk"))
    return list(rows.order_by("-rows", "outcome", "code"))


def reason_text(code: str) -> str:
    """A code of a refused line in words."""
    return str(_REASON_TEXTS.get(code) or _titles().get(code) or code)


@cache
def _titles() -> dict[str, str]:
    return {refusal.code: str(refusal.title) for refusal in all_refusals()}
