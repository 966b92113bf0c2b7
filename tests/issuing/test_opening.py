"""Who is meant by a file or an audience, and who may say so."""

from datetime import timedelta

import pytest

from coupons import services as coupons
from coupons.issuing import services
from coupons.issuing.errors import IssueListInvalid, IssueNotYours, NobodyToIssueTo
from coupons.issuing.job_limits import MOST_ROWS
from coupons.issuing.models import IssueJob, IssueRow
from coupons.issuing.services import IssueAudience
from district.kernel import clock
from district.members import personal, phones
from district.members.models import Member
from tests.factories.coupons import fresh_key, make_version
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.merchants import make_clerk, make_merchant

pytestmark = pytest.mark.django_db


def outcomes(job):
    return list(job.rows.order_by("line").values_list("line", "outcome", "code"))


def test_bad_lines_are_refused_and_the_others_issued(opened, three):
    good, other, closed = three
    Member.objects.filter(pk=closed.pk).update(closed_at=clock.now())
    lines = [good.public_id, "nobody", good.public_id, closed.public_id, "", other.public_id]
    job = opened(lines)

    assert outcomes(job) == [
        (2, "waiting", ""),
        (3, "refused", "issue_row_unreadable"),
        (4, "refused", "issue_row_repeated"),
        (5, "refused", "issue_member_unknown"),
        (7, "waiting", ""),
    ]
    assert (job.total, job.refused) == (5, 3)
    services.run_issue_job(job=job)
    job.refresh_from_db()
    assert (job.state, job.issued, job.refused) == ("done", 2, 3)


def test_a_phone_finds_its_member_however_it_is_written_and_is_not_kept(opened, three):
    member = three[0]
    member.phone_hash = phones.phone_hash("+8613800001234")
    member.phone_sealed = personal.seal(member, "phone", "+8613800001234")
    member.save()
    job = opened(["138 0000 1234", "+8613800001234", "13900000000", "12"], column="phone")

    assert [code for _line, _outcome, code in outcomes(job)] == [
        "",
        "issue_row_repeated",
        "issue_member_unknown",
        "issue_row_unreadable",
    ]
    assert job.rows.get(line=2).member == three[0]
    kept = str([list(rows.values()) for rows in (IssueJob.objects, IssueRow.objects)])
    assert "1380000" not in kept


def test_a_job_of_bad_lines_alone_is_done_at_once(opened):
    job = opened(["nobody"])

    assert (job.state, job.refused) == ("done", 1)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "第一行须是列名"),
        (b"name\nx\n", "第一行须是列名"),
        (b"member,phone\nx,y\n", "第一行须是列名"),
        (b"member\n", "文件没有内容"),
        (b"member\n\n \n", "文件没有内容"),
        (b"member\n\xff\xfe\n", "UTF-8"),
        (b"member\nmem\0\n", "UTF-8"),
        (b'member\n"open\n', "不是有效的 CSV"),
        (b"member\n" + b"x\n" * (MOST_ROWS + 1), "最多 200000 行"),
        (b"member\n" + b" " * 16 * 2**20, "最大 16 MB"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(opened, content, why):
    with pytest.raises(IssueListInvalid, match=why):
        opened(content)
    assert IssueJob.objects.count() == 0


def test_a_header_is_known_with_its_mark_and_among_others(opened, three):
    content = f"\ufeff姓名,Member\r\n小林,{three[0].public_id}\r\n".encode()

    assert outcomes(opened(content)) == [(2, "waiting", "")]


def test_an_audience_by_tag_joining_or_buying(opened, operator, three):
    store = make_earning_store()
    buy(three[2], store, fen=10_000)
    coupons.tag_member(member=three[0], tag="vip", merchant=None, actor="user:1", key=fresh_key())
    at = three[1].joined_at
    assert [row.member for row in opened(IssueAudience(tag="vip")).rows.all()] == [three[0]]
    span = IssueAudience(since=at, until=at + timedelta(microseconds=1))
    assert three[1] in [row.member for row in opened(span).rows.all()]
    bought = opened(IssueAudience(buyers_of=store.merchant))
    assert [row.member for row in bought.rows.all()] == [three[2]]
    assert bought.audience == {"buyers_of": store.merchant.public_id}
    with pytest.raises(NobodyToIssueTo):
        opened(IssueAudience(tag="nobody"))
    with pytest.raises(NobodyToIssueTo):
        opened(IssueAudience(since=at + timedelta(days=1), until=at + timedelta(days=2)))


def test_an_owner_issues_the_own_coupons_to_whom_it_knows(opened, three):
    merchant = make_merchant()
    owner = make_clerk(merchant=merchant, role="owner").user
    manager = make_clerk(merchant=merchant, role="manager").user
    own, lists = make_version(merchant=merchant), [three[0].public_id]

    assert opened(lists, version=own, by=owner).total == 1
    for to, version, by in (
        (lists, own, manager),
        (lists, make_version(), owner),
        (IssueAudience(tag="vip"), own, owner),
        (IssueAudience(since=clock.now(), until=clock.now()), own, owner),
        (IssueAudience(buyers_of=make_merchant()), own, owner),
    ):
        with pytest.raises(IssueNotYours):
            opened(to, version=version, by=by)
    with pytest.raises(IssueListInvalid):
        # A file of phones would reveal to a merchant whose are members'.
        opened(["13800001234"], column="phone", version=own, by=owner)
