"""What people read: Chinese names for events and columns, how far long work has come, numbers as numbers."""

import importlib
import re

import pytest
from django.test import Client

from coupons.issuing.models import IssueJob
from district.kernel.backoffice.audit_labels import EVENTS
from district.kernel.backoffice.sections import Section, is_number
from district.kernel.models import OutboxRow
from loyalty.receipt_batches.models import Batch
from loyalty.receipt_batches.rows import ROW_SCHEMAS
from loyalty.receipt_batches.texts import FIELDS, reason_in_words
from tests.admin.action_forms import text_of
from tests.factories.members import make_staff

CHINESE = re.compile("[\u4e00-\u9fff]")
REFRESH = re.compile(rb'<meta http-equiv="refresh" content="\d+">')


@pytest.mark.parametrize("app", ["loyalty", "coupons", "coupons.offline"])
def test_every_event_has_a_chinese_name(app):
    module = importlib.import_module(f"{app}.events")
    names = [
        name
        for name, kind in vars(module).items()
        if isinstance(kind, type) and kind.__module__ == module.__name__
    ]

    assert names
    assert [name for name in names if not CHINESE.search(str(EVENTS.get(name, "")))] == []


def test_events_are_listed_and_shown_by_their_chinese_names(operator):
    row = OutboxRow.objects.filter(name="PointsEarned").first()

    for address in ("/admin/kernel/outboxrow/", f"/admin/kernel/outboxrow/{row.pk}/change/"):
        text = text_of(operator.get(address))
        assert "积分入账" in text
        assert not re.search(r"\b(Points|Coupon|Receipt|Hold)[A-Z]\w+", text), address


def test_every_column_of_a_file_has_a_chinese_name():
    columns = {name for form in ROW_SCHEMAS.values() for name in form().fields}

    assert columns <= FIELDS.keys()
    assert all(CHINESE.search(str(word)) for word in FIELDS.values())


def test_a_refused_row_says_why_without_the_names_of_columns(owner, two_merchants):
    batch = Batch.objects.filter(merchant=two_merchants.second.merchant).first()
    problem = {"errors": [{"field": "paid_fen", "message": "必填"}], "title": "请求内容有误"}
    batch.answers.filter(line=2).update(problem=problem)

    text = text_of(owner.get(f"/admin/batches/batch/{batch.pk}/change/"))

    assert "实付金额（分）：必填" in text
    assert "paid_fen" not in text
    assert reason_in_words({"title": "小票已入账"}) == "小票已入账"


def test_a_batch_at_work_shows_a_bar_and_asks_again_by_itself(owner, two_merchants):
    batch = Batch.objects.filter(merchant=two_merchants.second.merchant).first()
    address = f"/admin/batches/batch/{batch.pk}/change/"

    done = owner.get(address)
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.RUNNING, ended_at=None)
    running = owner.get(address)

    assert b'<progress max="3" value="' in running.content
    assert REFRESH.search(running.content)
    assert b"<progress" in done.content
    assert not REFRESH.search(done.content)
    assert not REFRESH.search(owner.get("/admin/batches/batch/").content)


def test_an_issue_job_at_work_asks_again_by_itself(operator):
    job = IssueJob.objects.first()
    address = f"/admin/issuing/issuejob/{job.pk}/change/"
    assert job.state in (IssueJob.State.OPEN, IssueJob.State.RUNNING)

    assert REFRESH.search(operator.get(address).content)
    assert b"<progress" in operator.get(address).content
    operator.post(f"{address.removesuffix('change/')}stop/", once_of_stop(operator, address))
    assert not REFRESH.search(operator.get(address).content)


def once_of_stop(client, address):
    page = client.get(f"{address.removesuffix('change/')}stop/")
    return {"once": re.search(rb'name="once" value="(\w+)"', page.content)[1].decode()}


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["", "nobody", "somebody"])
def test_a_wrong_password_is_answered_in_our_words(username):
    make_staff("somebody")

    text = text_of(Client().post("/admin/login/", {"username": username, "password": "falsch"}))

    assert "staff" not in text
    assert "工作人员账户" not in text
    if username:
        assert "登录名或密码不正确" in text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((cell, True) for cell in ("0", 7, "1,234", "-3", "¥1,234.50", "-¥0.05", "12.5%", "+8")),
        *((cell, False) for cell in ("", "—", "R12", "2026-11-29", "12:30", "3 / 4", "¥", "付 ¥1")),
    ],
)
def test_what_counts_as_a_number(value, expected):
    assert is_number(value) == expected


def test_a_column_of_numbers_stands_to_the_right_with_its_heading():
    section = Section("", ["单号", "金额"], [["R12", "¥1.00"], ["R13", "—"]], empty="")

    assert section.heads == [("单号", False), ("金额", True)]
    assert Section("", ["金额"], [], empty="").heads == [("金额", False)]
