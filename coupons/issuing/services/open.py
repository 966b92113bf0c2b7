"""Opening a job: who gets a coupon is fixed here, and what a line said is forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from coupons.issuing import queries
from coupons.issuing.errors import (
    IssueNotYours,
    NobodyToIssueTo,
    TooManyToIssueTo,
)
from coupons.issuing.files import column_of
from coupons.issuing.job_limits import AT_ONCE, MOST_ROWS
from coupons.issuing.models import IssueJob
from coupons.issuing.permissions import require_issuable, require_may_issue
from coupons.models import TemplateVersion
from district.kernel import audit, clock, idempotency
from district.kernel.idempotency import Key
from district.members.models import User
from district.merchants.models import Merchant
from district.merchants.queries import is_operator

_WRITE = """
    insert into issuing_issuerow (job_id, line, member_id, outcome, code)
    select %s, line, member, case when code = '' then 'waiting' else 'refused' end, code
    from unnest(%s::int[], %s::bigint[], %s::text[]) given (line, member, code)
"""


@dataclass(frozen=True, slots=True)
class IssueAudience:
    """One of: who bears an operator's tag; who joined from `since` until before `until`; who bought at a
    merchant."""

    tag: str = ""
    since: datetime | None = None
    until: datetime | None = None
    buyers_of: Merchant | None = None

    def to_document(self) -> dict[str, Any]:
        """As the job keeps it."""
        if self.tag:
            return {"tag": self.tag}
        if self.buyers_of is not None:
            return {"buyers_of": self.buyers_of.public_id}
        if self.since is None or self.until is None:
            raise NobodyToIssueTo
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}

    def members(self, most: int) -> list[int]:
        if self.tag:
            return queries.members_with_tag(self.tag, most)
        if self.buyers_of is not None:
            return queries.members_who_bought(self.buyers_of, most)
        if self.since is None or self.until is None:
            raise NobodyToIssueTo
        return queries.members_who_joined(self.since, self.until, most)


@transaction.atomic
def open_issue_job(
    *, version: TemplateVersion, to: bytes | IssueAudience, name: str, by: User, key: Key
) -> IssueJob:
    """A job that gives each of these members one coupon: of a CSV with a column `member` (mem_…) or
    `phone`, or of an audience. A line that means nobody, or somebody twice, is refused at once.

    An operator may issue everything to anybody. A merchant's owner may issue the own coupons to members
    it knows by number and to its own buyers; not by phone, or a file would reveal whose phone is a
    member's. A worker does the rest.

    Raises ClaimNotBegun, ClaimOver, IssueListInvalid, IssueNotYours, KeyReused, NobodyToIssueTo,
    TooManyToIssueTo, VersionNotInState.
    """
    if (earlier := idempotency.claim_key(key)) is not None:
        return IssueJob.objects.get(pk=earlier)
    require_may_issue(version, by)
    require_issuable(version)
    rows = (
        _recipients_of_file(to, by)
        if isinstance(to, bytes)
        else _recipients_of_audience(to, version, by)
    )
    at, waiting = clock.now(), sum(not code for _line, _member, code in rows)
    job = IssueJob.objects.create(
        version=version,
        kind=IssueJob.Kind.LIST if isinstance(to, bytes) else IssueJob.Kind.AUDIENCE,
        audience={} if isinstance(to, bytes) else to.to_document(),
        name=name,
        state=IssueJob.State.OPEN if waiting else IssueJob.State.DONE,
        made_by=by,
        made_at=at,
        ended_at=None if waiting else at,
        total=len(rows),
        refused=len(rows) - waiting,
    )
    _write(job, rows)
    audit.record(
        verb="open_issue_job",
        subject=f"issuing.issuejob:{job.pk}",
        by=by,
        version=version.public_id,
        rows=len(rows),
    )
    idempotency.store_result(key, job.pk)
    return job


def _recipients_of_file(content: bytes, by: User) -> list[queries.ResolvedLine]:
    names = ("member", "phone") if is_operator(by) else ("member",)
    column, cells = column_of(content, names)
    return list(queries.members_of_list(column, cells))


def _recipients_of_audience(
    audience: IssueAudience, version: TemplateVersion, by: User
) -> list[queries.ResolvedLine]:
    own = audience.buyers_of is not None and not audience.tag
    if not is_operator(by) and not (own and audience.buyers_of == version.template.merchant):
        raise IssueNotYours
    members = audience.members(MOST_ROWS + 1)
    if not members:
        raise NobodyToIssueTo
    if len(members) > MOST_ROWS:
        raise TooManyToIssueTo(most=MOST_ROWS)
    return [(line, member, "") for line, member in enumerate(members, start=1)]


def _write(job: IssueJob, rows: Sequence[queries.ResolvedLine]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(rows), AT_ONCE):
            lines, members, codes = zip(*rows[start : start + AT_ONCE], strict=True)
            cursor.execute(_WRITE, [job.pk, list(lines), list(members), list(codes)])
