"""Members and workers at the same instant, on connections of their own."""

from coupons.issuing import services
from coupons.issuing.models import IssueJob
from coupons.models import Coupon
from tests.factories.coupons import fresh_key, make_version
from tests.factories.members import make_member, make_operator
from tests.race import race

CODE = "MT247KQ9X3PD"


def test_of_members_who_type_one_code_at_once_one_gets_the_coupon(real_db):
    services.import_codes(
        version=make_version(),
        content=f"code\n{CODE}\n".encode(),
        name="平台售券",
        by=make_operator(),
        key=fresh_key(),
    )
    members = [make_member(f"会员{number}") for number in range(8)]

    came = race(
        *(
            lambda member=member: services.use_code(code=CODE, member=member, key=fresh_key())
            for member in members
        )
    )

    assert sorted(type(outcome).__name__ for outcome in came) == ["CodeNotUsable"] * 7 + [
        "CouponResult"
    ]
    assert Coupon.objects.count() == 1


def test_workers_on_one_job_give_each_member_one(real_db):
    members = [make_member(f"会员{number}") for number in range(12)]
    job = services.open_issue_job(
        version=make_version(stock=100),
        to="\n".join(["member", *(member.public_id for member in members)]).encode(),
        name="周年庆",
        by=make_operator(),
        key=fresh_key(),
    )

    came = race(*(lambda: services.run_issue_job(job=job) for _ in range(4)))
    while services.run_issue_job(job=job):
        pass

    assert [outcome for outcome in came if isinstance(outcome, Exception)] == []
    job.refresh_from_db()
    assert (job.state, job.issued) == (IssueJob.State.DONE, 12)
    assert Coupon.objects.values("member").distinct().count() == Coupon.objects.count() == 12
