"""Workers and PostgreSQL die in the middle of an issue job; it goes on to its exact end."""

import pytest
from django.db import InterfaceError, OperationalError, connection

from coupons.issuing import services, tasks
from coupons.issuing.models import IssueJob, IssueRow
from coupons.models import Coupon
from coupons.queries.catalogue import stock_of
from district.embedded.processes import wait_until
from district.kernel import clock, invariants
from district.members.models import Member, User
from tests.factories.coupons import fresh_key, make_version
from tests.factories.members import make_operator
from tests.servers import CeleryWorker

pytestmark = [pytest.mark.kill, pytest.mark.slow]

MEMBERS, UNKNOWN = 1_500, 5


@pytest.fixture
def job(durable_db):
    """A list of many members and of a few nobody knows."""
    users = User.objects.bulk_create(
        User(username=f"crowd{number}", kind=User.Kind.SHOPPER, password="!")
        for number in range(MEMBERS)
    )
    people = Member.objects.bulk_create(Member(user=user, joined_at=clock.now()) for user in users)
    lines = ["member", *(person.public_id for person in people), *["mem_" + "0" * 22] * UNKNOWN]
    return services.open_issue_job(
        version=make_version(stock=2_000, budget_fen=10**7),
        to="\n".join(lines).encode(),
        name="周年庆",
        by=make_operator(),
        key=fresh_key(),
    )


def until(job, reached):
    """Ring as beat does until the job has come so far."""

    def there():
        tasks.WORKER.wake()
        try:
            connection.close()
            job.refresh_from_db()
        except (InterfaceError, OperationalError):
            return False
        return reached(job)

    assert wait_until(there, 120, pause=0.1), vars(job)


def forget_the_dead(job):
    """As if the half minute had passed after which a silent worker is taken for dead."""
    IssueJob.objects.filter(pk=job.pk).update(next_attempt_at=clock.real_now())


def test_whoever_dies_each_member_gets_one(durable_cluster, worker, job, tmp_path):
    until(job, lambda row: row.issued > MEMBERS / 5)
    worker.kill9()
    job.refresh_from_db()
    halfway = job.issued
    assert (job.state, Coupon.objects.count()) == ("running", halfway)
    assert halfway < MEMBERS

    forget_the_dead(job)
    second = CeleryWorker(env=worker.env, folder=tmp_path)
    second.start()
    until(job, lambda row: row.issued > MEMBERS / 2)
    dead = durable_cluster.kill9()
    durable_cluster.wait_back(dead)
    connection.close()
    forget_the_dead(job)
    until(job, lambda row: row.state == "done")
    second.stop()

    assert (job.total, job.issued, job.refused) == (MEMBERS + UNKNOWN, MEMBERS, UNKNOWN)
    assert job.ended_at is not None
    assert Coupon.objects.count() == Coupon.objects.values("member").distinct().count() == MEMBERS
    answered = IssueRow.objects.filter(job=job, outcome="issued").values("coupon").distinct()
    assert answered.count() == MEMBERS
    assert stock_of(job.version) == (2_000, 2_000 - MEMBERS)
    assert list(invariants.offences()) == []
