"""Jobs and codes as people of the back office open, watch and stop them."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from coupons.issuing import services
from coupons.issuing.models import CodeBatch, IssueJob
from district.kernel import clock
from tests.admin.action_forms import act, fields_of, once_of, text_of
from tests.admin.two_merchants import signed_in
from tests.factories.coupons import make_version
from tests.factories.merchants import make_clerk, make_merchant

pytestmark = pytest.mark.django_db
JOBS, CODES = "/admin/issuing/issuejob/", "/admin/issuing/codebatch/"


def a_file(content, name="名单.csv"):
    return SimpleUploadedFile(name, content, content_type="text/csv")


@pytest.fixture
def admin_client(operator):
    return signed_in(operator)


def test_an_operator_brings_a_list_watches_and_takes_the_answers(admin_client, three):
    content = f"member\n{three[0].public_id}\nnobody\n".encode()
    answer = act(
        admin_client, f"{JOBS}add/", version=make_version().pk, name="周年庆", file=a_file(content)
    )

    job = IssueJob.objects.get()
    assert answer["Location"] == f"{JOBS}{job.pk}/change/"
    services.run_issue_job(job=job)
    page = admin_client.get(f"{JOBS}{job.pk}/change/")
    assert '<progress max="2" value="2">' in page.content.decode()
    for text in ("已完成", "2 / 2（100%）", "该行没有可识别的会员编号或手机号"):
        assert text in text_of(page)
    assert "周年庆" in text_of(admin_client.get(JOBS))
    answers = act(admin_client, f"{JOBS}{job.pk}/answers/")
    lines = b"".join(answers.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["已发放", "已拒绝"]


def test_a_list_as_a_spreadsheet_writes_it_is_read(admin_client, three):
    member = three[0].public_id
    text = (
        f",,\r\n序号;Member;;\r\n;;;\r\n1;{member};;\r\n\r\n2;{three[1].public_id}; ;;;\r\n;;\r\n"
    )
    fields = {"version": make_version().pk, "name": "周年庆"}

    act(admin_client, f"{JOBS}add/", file=a_file(text.encode("utf-8-sig")), **fields)

    job = IssueJob.objects.get()
    services.run_issue_job(job=job)
    book = act(admin_client, f"{JOBS}{job.pk}/workbook/")
    with zipfile.ZipFile(io.BytesIO(b"".join(book.streaming_content))) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<t>已发放</t>") == 2
    assert f'" t="inlineStr"><is><t>{member}</t>' in sheet


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (a_file(b"name\nx\n"), "第一行须是列名"),
        (a_file(b"member\n\xff\n"), "UTF-8"),
        (a_file(b"member\nx\n", "x.xlsx"), "请选择 .csv 文件"),
        (a_file(b"member\n"), "文件没有内容"),
        (a_file(b" " * (16 * 2**20 + 1)), "文件最大 16 MB"),
        ("", "请上传文件，或选择一种人群"),
    ],
)
def test_a_wrong_file_is_refused_on_the_form_and_opens_nothing(admin_client, file, why):
    answer = act(admin_client, f"{JOBS}add/", version=make_version().pk, name="周年庆", file=file)

    assert (answer.status_code, why in text_of(answer)) == (422, True)
    assert IssueJob.objects.count() == 0


def test_a_file_and_an_audience_are_one_too_many(admin_client):
    fields = {"version": make_version().pk, "name": "周年庆", "tag": "vip"}
    answer = act(admin_client, f"{JOBS}add/", file=a_file(b"member\nx\n"), **fields)

    assert answer.status_code == 422


def test_a_second_click_opens_no_second_job(admin_client, three):
    version, once = make_version(), once_of(admin_client.get(f"{JOBS}add/"))
    for _ in range(2):
        content = f"member\n{three[0].public_id}\n".encode()
        fields = {"once": once, "version": version.pk, "name": "周年庆", "file": a_file(content)}
        admin_client.post(f"{JOBS}add/", fields)

    assert IssueJob.objects.count() == 1


def test_a_job_is_stopped_once(admin_client, opened, three):
    job = opened([three[0].public_id])
    act(admin_client, f"{JOBS}{job.pk}/stop/")

    job.refresh_from_db()
    assert job.state == "stopped"
    assert "停止后不能继续" not in text_of(admin_client.get(f"{JOBS}{job.pk}/change/"))


def test_a_merchants_people_see_and_open_only_what_is_theirs(opened, three):
    merchant = make_merchant()
    own, foreign = make_version(merchant=merchant), make_version()
    owner = signed_in(make_clerk(merchant=merchant, role="owner").user)
    cashier = signed_in(make_clerk(merchant=merchant, role="cashier").user)
    theirs = opened([three[0].public_id], version=foreign)
    content = f"member\n{three[1].public_id}\n".encode()

    assert owner.get(f"{JOBS}{theirs.pk}/change/").status_code == 404
    assert cashier.get(f"{JOBS}add/").status_code == 403
    assert "tag" not in fields_of(owner.get(f"{JOBS}add/"))
    fields = {"name": "店庆", "file": a_file(content)}
    assert act(owner, f"{JOBS}add/", version=foreign.pk, **fields).status_code == 422
    fields = {"name": "店庆", "file": a_file(content)}
    act(owner, f"{JOBS}add/", version=own.pk, **fields)
    assert IssueJob.objects.get(name="店庆").version == own
    assert owner.get(f"{CODES}add/").status_code == 403


def test_codes_are_imported_and_listed_but_never_in_full(admin_client):
    content = b"code\nMT247KQ9X3PD\nMT247KQ9X3PD\n!\n"
    answer = act(
        admin_client,
        f"{CODES}add/",
        version=make_version().pk,
        name="平台售券",
        file=a_file(content),
    )

    batch = CodeBatch.objects.get()
    assert answer["Location"] == f"{CODES}{batch.pk}/change/"
    page = text_of(admin_client.get(f"{CODES}{batch.pk}/change/"))
    assert "重复 1 3" in page
    assert "有误 1 4" in page
    listed = text_of(admin_client.get("/admin/issuing/importedcode/"))
    assert ("X3PD" in listed, "MT247KQ9" in listed) == (True, False)


def test_a_wrong_file_of_codes_is_refused_on_the_form(admin_client):
    fields = {"version": make_version().pk, "name": "平台售券", "file": a_file(b"x\n1\n")}
    answer = act(admin_client, f"{CODES}add/", **fields)

    assert (answer.status_code, "第一行须是列名" in text_of(answer)) == (422, True)
    assert CodeBatch.objects.count() == 0


def test_a_job_that_was_set_aside_goes_on_where_it_was(admin_client, opened, three):
    job = opened([member.public_id for member in three])
    IssueJob.objects.filter(pk=job.pk).update(set_aside_at=clock.real_now(), attempts=9)
    assert not services.run_issue_jobs()
    assert "已搁置" in text_of(admin_client.get(f"{JOBS}{job.pk}/change/"))

    act(admin_client, f"{JOBS}{job.pk}/replay/")

    assert not services.run_issue_jobs()
    job.refresh_from_db()
    assert (job.state, job.issued, job.attempts) == ("done", 3, 0)
