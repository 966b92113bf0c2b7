"""Issuing to many: every line is answered once, nobody gets two, a killed worker goes on."""

import pytest
from django.db import IntegrityError, connection, transaction

from coupons.errors import ClaimBusy, VersionNotInState
from coupons.issuing import services
from coupons.issuing.errors import IssueJobEnded
from coupons.issuing.models import IssueJob, IssueRow
from coupons.issuing.services import run
from coupons.models import Coupon
from coupons.services import stop_version
from district.kernel import clock
from district.kernel.errors import KeyReused
from district.kernel.models import AuditLine
from tests.factories.coupons import claim, fresh_key, make_draft, make_version
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db


def ids(members):
    return [member.public_id for member in members]


def outcomes(job):
    return list(job.rows.order_by("line").values_list("line", "outcome", "code"))


def test_each_member_of_a_list_gets_one_beyond_the_limit_of_a_person(opened, three):
    version = make_version(per_member=1)
    claim(version, three[0])
    job = opened(ids(three), version=version)

    assert not services.run_issue_job(job=job)

    job.refresh_from_db()
    assert (job.state, job.total, job.issued, job.refused) == ("done", 3, 3, 0)
    issued = Coupon.objects.filter(source="issue")
    assert {coupon.member_id for coupon in issued} == {member.pk for member in three}
    assert set(job.rows.values_list("coupon", flat=True)) == {coupon.pk for coupon in issued}
    assert AuditLine.objects.get(verb="open_issue_job").facts["rows"] == 3


def test_the_same_page_sent_twice_opens_one_job(opened, three):
    version, key = make_version(), fresh_key()
    first = opened(ids(three), version=version, key=key)

    assert opened(ids(three), version=version, key=key) == first
    assert IssueJob.objects.count() == 1
    with pytest.raises(KeyReused):
        opened(ids(three), version=version, key=type(key).of(key.scope, key.key, other=1))


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_worker_killed_midway_goes_on_where_it_was(opened, three, monkeypatch, dies_at):
    job, calls, real = opened(ids(three)), [], run.issue_coupon

    def dying(**arguments):
        calls.append(1)
        coupon = real(**arguments)
        if len(calls) == dies_at:
            raise RuntimeError("killed")
        return coupon

    monkeypatch.setattr(run, "issue_coupon", dying)
    with pytest.raises(RuntimeError):
        services.run_issue_job(job=job)
    assert Coupon.objects.count() == dies_at - 1
    job.refresh_from_db()
    assert (job.state, job.issued) == ("running", dies_at - 1)

    services.run_issue_job(job=job)

    job.refresh_from_db()
    assert (job.state, job.issued) == ("done", 3)
    assert [Coupon.objects.filter(member=member).count() for member in three] == [1, 1, 1]


def test_a_done_job_run_again_gives_nothing_more(opened, three):
    job = opened(ids(three))
    services.run_issue_job(job=job)
    services.run_issue_job(job=job)

    assert Coupon.objects.count() == 3


def test_when_all_are_gone_the_rest_is_refused_with_the_code(opened, three):
    job = opened(ids(three), version=make_version(stock=2))
    services.run_issue_job(job=job)

    job.refresh_from_db()
    assert (job.state, job.issued, job.refused) == ("done", 2, 1)
    assert outcomes(job)[2] == (4, "refused", "coupon_sold_out")


def test_a_version_that_is_stopped_meanwhile_refuses_the_rest(opened, three, operator):
    job = opened(ids(three))
    stop_version(version=job.version, by=operator)
    services.run_issue_job(job=job)

    assert {code for _line, _outcome, code in outcomes(job)} == {"claim_over"}


def test_a_line_that_found_the_stock_busy_waits_for_the_next_round(opened, three, monkeypatch):
    job, real = opened(ids(three)), run.issue_coupon

    def busy(**arguments):
        if arguments["member"] == three[1]:
            raise ClaimBusy
        return real(**arguments)

    with monkeypatch.context() as patched:
        patched.setattr(run, "issue_coupon", busy)
        assert services.run_issue_job(job=job)
    job.refresh_from_db()
    assert (job.state, job.issued) == ("running", 2)

    assert not services.run_issue_job(job=job)
    job.refresh_from_db()
    assert (job.state, job.issued) == ("done", 3)


def test_who_closed_the_account_meanwhile_gets_none(opened, three):
    job = opened(ids(three))
    type(three[0]).objects.filter(pk=three[0].pk).update(closed_at=clock.now())
    services.run_issue_job(job=job)

    assert outcomes(job)[0] == (2, "refused", "issue_member_closed")


def test_a_stopped_job_issues_nothing_more(opened, three, operator, monkeypatch):
    job, real = opened(ids(three)), run._answer

    def stopping(*line):
        answered = real(*line)
        monkeypatch.setattr(run, "_answer", real)
        services.stop_issue_job(job=job, by=operator)
        return answered

    monkeypatch.setattr(run, "_answer", stopping)
    assert not services.run_issue_job(job=job)
    assert not services.run_issue_job(job=job)

    job.refresh_from_db()
    assert (job.state, job.issued, Coupon.objects.count()) == ("stopped", 1, 1)
    with pytest.raises(IssueJobEnded):
        services.stop_issue_job(job=job, by=operator)
    assert AuditLine.objects.get(verb="stop_issue_job").facts == {"issued": 1, "left": 2}


def test_workers_take_up_every_open_job(opened, three):
    jobs = [opened([member.public_id]) for member in three]

    assert not services.run_issue_jobs()
    assert set(IssueJob.objects.values_list("state", flat=True)) == {"done"}
    assert {job.rows.get().outcome for job in jobs} == {"issued"}


def test_a_draft_is_not_issued(opened, three):
    with pytest.raises(VersionNotInState):
        opened(ids(three), version=make_draft())
    assert IssueJob.objects.count() == 0


def test_an_answered_line_stays_as_it_is(opened, three):
    job = opened(ids(three))
    services.run_issue_job(job=job)

    for change in (
        "update issuing_issuerow set outcome = 'waiting', coupon_id = null",
        "delete from issuing_issuerow",
        "update issuing_issuejob set state = 'running', ended_at = null",
    ):
        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)


def test_the_constraint_of_one_coupon_for_a_member(opened):
    member = make_member()
    job = opened([member.public_id])

    with pytest.raises(IntegrityError, match="issue_row_once_per_member"), transaction.atomic():
        IssueRow.objects.create(job=job, line=9, member=member, outcome="waiting")
