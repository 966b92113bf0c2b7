"""Jobs: one worker at a time, resumed by the next, set aside after failures, stopped by a person."""

import logging
import time
from datetime import timedelta
from itertools import count
from threading import Event, Thread

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.db.models import F

from coupons.issuing.errors import IssueJobEnded
from coupons.issuing.models import IssueJob
from district.kernel import attempts, clock, jobs
from tests.factories.coupons import make_version
from tests.factories.members import make_operator
from tests.race import race

AT = clock.real_now()
_numbers = count(1)


def make_job(total: int = 3, **columns):
    """A job of any app will do; what its rows are is this test's own."""
    return IssueJob.objects.create(
        version=make_version(),
        kind="list",
        name="任务",
        made_by=make_operator(f"运营{next(_numbers)}"),
        made_at=AT,
        total=total,
        **columns,
    )


def answer_one(job):
    with transaction.atomic():
        held = jobs.lock_job(job)
        if held.answered == held.total:
            return False
        IssueJob.objects.filter(pk=job.pk).update(issued=F("issued") + 1)
    return True


def steps(job):
    while answer_one(job):
        yield


def one_step_a_slice(job):
    for step in steps(job):
        time.sleep(0.3)
        yield step


def work(each=steps, **options):
    return jobs.run_jobs(IssueJob.waiting(), each, **options)


def is_due(job):
    """As if the half minute had passed after which a silent worker counts as dead."""
    IssueJob.objects.filter(pk=job.pk).update(next_attempt_at=clock.real_now())


def failing(job):
    raise ValueError("13812341234")
    yield


@pytest.mark.django_db
def test_every_row_is_answered_and_the_job_is_done():
    job = make_job()

    assert not work()

    job.refresh_from_db()
    assert (job.state, job.issued, job.attempts) == ("done", 3, 0)
    assert job.ended_at is not None


@pytest.mark.django_db
def test_when_the_time_is_up_the_job_is_left_to_the_next_at_once():
    job = make_job()

    assert work(one_step_a_slice, seconds=0.2)

    job.refresh_from_db()
    assert (job.state, job.issued, job.attempts) == ("running", 1, 0)
    assert job.next_attempt_at <= clock.real_now()


@pytest.mark.django_db
def test_who_waited_longest_comes_first():
    long_job, short_job = make_job(100), make_job(1)
    work(one_step_a_slice, seconds=0.2)

    work(one_step_a_slice, seconds=0.2)

    assert (IssueJob.objects.get(pk=short_job.pk).issued, short_job.total) == (1, 1)
    assert IssueJob.objects.get(pk=long_job.pk).issued == 1


def test_workers_at_once_share_jobs_and_do_none_twice(real_db):
    made = [make_job(5) for _ in range(3)]
    taken = []

    def slow(job):
        taken.append(job.pk)
        while answer_one(job):
            time.sleep(0.01)
            yield

    came = race(*[lambda: work(slow)] * 4)

    assert came == [False] * 4
    assert sorted(taken) == sorted(job.pk for job in made)
    assert list(IssueJob.objects.values_list("state", "issued")) == [("done", 5)] * 3


def test_a_worker_taken_for_dead_answers_nothing_more(real_db):
    job = make_job(4)
    first, second = Event(), Event()
    came = []

    def interrupted(job):
        answer_one(job)
        first.set()
        assert second.wait(20)
        try:
            answer_one(job)
        except jobs.LeaseLost:
            came.append("lost")
            raise
        yield

    def dead():
        work(interrupted)
        connection.close()

    worker = Thread(target=dead)
    worker.start()
    assert first.wait(20)
    assert not work()  # the lease still holds
    is_due(job)
    assert not work()
    second.set()
    worker.join(20)

    job.refresh_from_db()
    assert (came, job.state, job.issued) == (["lost"], "done", 4)


def test_when_a_stop_returns_nothing_follows(real_db):
    job = make_job(1_000)
    begun = Event()

    def until_stopped(job):
        for step in steps(job):
            begun.set()
            yield step

    def run():
        work(until_stopped, seconds=20)
        connection.close()

    worker = Thread(target=run)
    worker.start()
    assert begun.wait(20)
    stopped = jobs.stop_job(job, IssueJobEnded)
    worker.join(20)

    job.refresh_from_db()
    assert (job.state, job.issued) == ("stopped", stopped.issued)
    assert job.issued < 1_000
    with pytest.raises(IssueJobEnded):
        jobs.stop_job(job, IssueJobEnded)
    assert not work()


@pytest.mark.django_db
def test_a_failing_job_holds_nobody_up_and_is_set_aside(caplog):
    poison, good = make_job(), make_job()

    def one_fails(job):
        yield from failing(job) if job.pk == poison.pk else steps(job)

    with (
        caplog.at_level(logging.CRITICAL, "district"),
        time_machine.travel(clock.real_now() + timedelta(seconds=1), tick=False) as now,
    ):
        for _ in range(9):
            work(one_fails)
            now.shift(jobs.LEASE.total_seconds())

    poison.refresh_from_db()
    good.refresh_from_db()
    assert (good.state, good.issued) == ("done", 3)
    assert (poison.state, poison.last_error, poison.is_at_work) == ("running", "ValueError", False)
    assert poison.set_aside_at is not None
    assert not work()

    attempts.replay(IssueJob.objects.all())
    assert not work()
    poison.refresh_from_db()
    assert (poison.state, poison.issued, poison.last_error) == ("done", 3, "")


@pytest.mark.django_db
def test_a_job_that_kills_its_workers_is_set_aside_too(caplog):
    job = make_job()

    def dies(job):
        raise SystemExit
        yield

    with time_machine.travel(clock.real_now() + timedelta(seconds=1), tick=False) as now:
        for _ in range(attempts.MAX_ATTEMPTS):
            with pytest.raises(SystemExit):
                work(dies)
            now.shift(jobs.LEASE.total_seconds())
        with caplog.at_level(logging.CRITICAL, "district"):
            assert not work(dies)

    job.refresh_from_db()
    assert (job.last_error, job.is_at_work, job.is_open) == ("WorkerDied", False, True)


@pytest.mark.django_db
def test_progress_makes_earlier_failures_forgotten(caplog):
    job = make_job()
    with caplog.at_level(logging.CRITICAL, "district"):
        work(failing)
    is_due(job)

    work(one_step_a_slice, seconds=0.2)

    job.refresh_from_db()
    assert (job.attempts, job.last_error) == (0, "")


def test_a_database_that_was_away_for_a_moment_costs_a_pause(real_db):
    job = make_job()
    failures = [OperationalError]

    def once_away(job):
        if failures:
            raise failures.pop()
        yield from steps(job)

    assert not work(once_away)

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 0)
