"""Files brought in the back office, what came of their rows, and days that were compared."""

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from loyalty.models import Receipt
from loyalty.receipt_batches import services
from loyalty.receipt_batches.models import Batch, Reconciliation, RowResult
from tests.admin.action_forms import act, fields_of, once_of, text_of
from tests.admin.two_merchants import signed_in, table_digests
from tests.receipt_batches.rows import as_csv, ndjson, receipt_row, results_by_line

ADD = "/admin/batches/batch/add/"


def a_file(content, name="今天.csv"):
    return SimpleUploadedFile(name, content, content_type="text/csv")


def page_of(client, batch):
    return client.get(f"/admin/batches/batch/{batch.pk}/change/")


def work():
    while services.process_batches():
        pass


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_a_merchant_brings_a_file_of_its_own(two_merchants, role):
    client, side = two_merchants.second.client(role), two_merchants.second
    rows = [
        receipt_row(side.store, two_merchants.member),
        receipt_row(two_merchants.first.store, two_merchants.member),
    ]

    answer = act(client, ADD, file=a_file(as_csv(rows)))

    batch = Batch.objects.latest("pk")
    assert answer["Location"] == f"/admin/batches/batch/{batch.pk}/change/"
    assert (batch.merchant, batch.state, batch.name) == (side.merchant, "submitted", "今天.csv")
    assert batch.actor == f"user:{side.clerks[role].user.pk}"
    work()
    page = text_of(page_of(client, batch))
    assert "已完成" in page
    assert "2 / 2（100%）" in page
    assert "该门店不在此收银密钥或此商户的范围内。" in page
    assert Receipt.objects.filter(receipt_no=rows[0]["receipt_no"]).exists()
    assert not Receipt.objects.filter(receipt_no=rows[1]["receipt_no"]).exists()


@pytest.mark.parametrize("role", ["cashier", "finance"])
def test_who_may_not_bring_a_file_sees_them_all_the_same(two_merchants, role):
    client, before = two_merchants.second.client(role), table_digests()

    assert client.get(ADD).status_code == 403
    assert client.post(ADD, {"once": "0" * 32, "file": a_file(b"x")}).status_code == 403
    assert client.get("/admin/batches/batch/").status_code == 200
    assert table_digests() == before


def test_an_operator_says_for_whom(two_merchants, operator):
    row = receipt_row(two_merchants.first.store, two_merchants.member)
    assert "merchant" in fields_of(operator.get(ADD))

    act(
        operator,
        ADD,
        merchant=two_merchants.first.merchant.pk,
        file=a_file(ndjson([row]), "x.ndjson"),
    )

    batch = Batch.objects.latest("pk")
    assert (batch.merchant, batch.format) == (two_merchants.first.merchant, "ndjson")
    work()
    batch.refresh_from_db()
    assert batch.posted == 1


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"a,b\n1,2\n", "x.csv", "第一行须是列名"),
        (b"\n\n", "x.ndjson", "没有收到任何一行"),
        (b"x", "x.xlsx", "请选择 .csv 或 .ndjson 文件"),
    ],
)
def test_a_wrong_file_is_refused_on_the_form_and_leaves_nothing(
    two_merchants, owner, content, name, why
):
    before = table_digests()

    answer = act(owner, ADD, file=a_file(content, name))

    assert (answer.status_code, why in text_of(answer)) == (422, True)
    assert table_digests() == before


def test_a_file_that_is_too_large_is_refused(two_merchants, owner, settings):
    settings.BATCH_LIMIT = 10

    answer = act(owner, ADD, file=a_file(b"x" * 11))

    assert answer.status_code == 422


def test_a_second_click_brings_no_second_file(two_merchants, owner):
    content = as_csv([receipt_row(two_merchants.second.store, two_merchants.member)])
    once = once_of(owner.get(ADD))
    for _ in range(2):
        owner.post(ADD, {"once": once, "file": a_file(content)})

    assert Batch.objects.filter(name="今天.csv").count() == 1


def test_the_answers_come_as_a_file_for_a_spreadsheet(two_merchants, owner):
    batch = Batch.objects.get(merchant=two_merchants.second.merchant)

    answer = act(owner, f"/admin/batches/batch/{batch.pk}/answers/")

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[1].split(",")[3] == "已入账"
    assert "invalid_request" in lines[2]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_as_a_spreadsheet_writes_it_is_read(two_merchants, owner, separator):
    """With its mark, columns without a name at the end, empty rows, and empty cells beyond the columns."""
    rows = [receipt_row(two_merchants.second.store, two_merchants.member) for _ in range(2)]
    lines = [[*rows[0], "", ""], *[[*map(str, row.values()), "", " "] for row in rows]]
    lines[2:2] = [[""] * 7, [" ", ""], []]
    text = "\r\n".join(separator.join(cells) for cells in [[""] * 7, *lines, [""] * 9]) + "\r\n"

    act(owner, ADD, file=a_file(text.encode("utf-8-sig")))
    work()

    batch = Batch.objects.latest("pk")
    assert (batch.rows, results_by_line(batch)) == (2, {3: "posted", 7: "posted"})


def test_content_beyond_the_columns_is_still_refused(two_merchants, owner):
    row = receipt_row(two_merchants.second.store, two_merchants.member)
    text = f"{','.join(row)},,\n{','.join(map(str, row.values()))},,x\n"
    act(owner, ADD, file=a_file(text.encode()))
    work()

    batch = Batch.objects.latest("pk")
    assert results_by_line(batch) == {2: "invalid_request"}
    assert "多于表头" in RowResult.objects.get(batch=batch).problem["detail"]


@pytest.mark.parametrize("number", ["6222021234567890123", "0012", "2026-1-2", "＝1+1"])
def test_a_workbook_of_answers_keeps_numbers_as_they_were(two_merchants, owner, number):
    row = receipt_row(two_merchants.second.store, two_merchants.member, no=number)
    act(owner, ADD, file=a_file(as_csv([row])))
    work()
    batch = Batch.objects.latest("pk")

    answer = act(owner, f"/admin/batches/batch/{batch.pk}/workbook/")

    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert re.search(rf'<c r="C2"[^>]* t="inlineStr"><is><t>{re.escape(number)}</t>', sheet)
    assert re.search(r'<c r="A2" s="\d+"><v>2</v>', sheet)


def test_a_formula_in_a_row_stays_text(two_merchants, owner):
    bad = receipt_row(two_merchants.second.store, two_merchants.member) | {"receipt_no": "=1+1"}
    act(owner, ADD, file=a_file(ndjson([bad]), "x.ndjson"))
    work()
    batch = Batch.objects.latest("pk")

    answer = act(owner, f"/admin/batches/batch/{batch.pk}/answers/")

    assert b",'=1+1," in b"".join(answer.streaming_content)


def test_a_clerk_of_one_store_sees_no_batch_of_both(two_merchants):
    from district.merchants.models import ClerkStore

    side = two_merchants.second
    both = Batch.objects.get(merchant=side.merchant)
    Batch.objects.filter(pk=both.pk)
    clerk = side.clerks["manager"]
    ClerkStore.objects.create(clerk=clerk, store=side.second, merchant=side.merchant)

    assert page_of(signed_in(clerk.user), both).status_code == 404
    assert page_of(side.client("owner"), both).status_code == 200


def test_a_day_that_does_not_agree_shows_where(two_merchants, owner, operator):
    row = Reconciliation.objects.get(merchant=two_merchants.second.merchant)

    for client in (owner, operator):
        page = text_of(client.get(f"/admin/batches/reconciliation/{row.pk}/change/"))
        assert "有差异" in page
        assert "系统没有" in page
        assert f"{two_merchants.second.merchant.pk}T" in page
    assert "有差异" in text_of(owner.get("/admin/batches/reconciliation/"))
