"""The settlement workspace: two people close, a merchant reads, takes away and disputes its own side."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.text.sheets import Yuan
from loyalty.models import Transfer
from loyalty.settlement.models import Charge, Cycle, Dispute, Statement
from loyalty.settlement.queries import movements_of_line
from tests.admin.action_forms import act, once_of, text_of
from tests.admin.merchant_paths import leaks
from tests.admin.settlement_steps import ADMIN, confirm_preview, page_of
from tests.admin.two_merchants import table_digests
from tests.factories.settlement import book


@pytest.fixture
def ended_cycle(two_merchants, operator):
    """A second cycle whose last day is over."""
    today = clock.business_day(clock.now())
    act(operator, f"{ADMIN}/cycle/add/", last_day=f"{today:%Y-%m-%d}")
    with clock.travel_to(clock.start_of_day(today + timedelta(days=1)) + timedelta(hours=9)):
        yield Cycle.objects.get(number=2)


def test_one_person_proposes_what_was_looked_at_and_another_one_closes(
    two_merchants, ended_cycle, operator, other_operator
):
    with clock.travel_to(ended_cycle.starts_at):
        book(
            two_merchants.first.merchant,
            two_merchants.second.merchant,
            1_234,
            reference="rcp_c",
            source="gift",
        )
    base = f"{ADMIN}/cycle/{ended_cycle.pk}"

    seen, proposed = confirm_preview(operator, f"{base}/propose/")
    assert "应付合计" in text_of(seen)
    assert "礼品卡 1 1 ¥12.34" in text_of(seen)
    assert proposed.status_code == 302
    ended_cycle.refresh_from_db()
    assert ended_cycle.state == "proposed"
    assert operator.get(f"{base}/approve/").status_code == 403
    assert operator.post(f"{base}/approve/", {"once": "0" * 32}).status_code == 403

    _, closed = confirm_preview(other_operator, f"{base}/approve/")

    assert closed.status_code == 302
    ended_cycle.refresh_from_db()
    assert ended_cycle.state == "closed"
    assert ended_cycle.approved_by.username == "fuhe"
    assert "结算单" in text_of(page_of(operator, ended_cycle))


def test_looking_at_a_close_writes_nothing(ended_cycle, operator):
    before = table_digests()
    base = f"{ADMIN}/cycle/{ended_cycle.pk}/propose/"

    operator.post(base, {"once": once_of(operator.get(base))})

    assert table_digests() == before


def test_a_proposal_is_taken_back_and_the_end_is_moved(ended_cycle, operator):
    base = f"{ADMIN}/cycle/{ended_cycle.pk}"
    confirm_preview(operator, f"{base}/propose/")
    assert operator.get(f"{base}/move-end/").status_code == 302

    act(operator, f"{base}/withdraw/")
    moved = clock.business_day(ended_cycle.ends_at) + timedelta(days=3)
    act(operator, f"{base}/move-end/", last_day=f"{moved:%Y-%m-%d}")

    ended_cycle.refresh_from_db()
    assert (ended_cycle.state, ended_cycle.ends_at) == (
        "open",
        clock.start_of_day(moved + timedelta(days=1)),
    )


def test_a_cycle_that_is_not_over_offers_no_close(two_merchants, operator):
    today = clock.business_day(clock.now())
    act(operator, f"{ADMIN}/cycle/add/", last_day=f"{today + timedelta(days=5):%Y-%m-%d}")
    cycle = Cycle.objects.get(number=2)

    assert operator.get(f"{ADMIN}/cycle/{cycle.pk}/propose/").status_code == 302
    again = act(operator, f"{ADMIN}/cycle/add/", last_day=f"{today + timedelta(days=9):%Y-%m-%d}")
    assert again.status_code == 422


@pytest.mark.parametrize("role", ["owner", "finance", "manager", "cashier"])
def test_no_merchant_touches_cycles_payments_or_decisions(
    two_merchants, ended_cycle, own_statement, role
):
    client = two_merchants.second.client(role)
    payment, dispute = (
        own_statement.payments.get(),
        Dispute.objects.filter(merchant=own_statement.merchant).first(),
    )
    before = table_digests()

    for path in (
        f"cycle/{ended_cycle.pk}/change/",
        f"cycle/{ended_cycle.pk}/propose/",
        f"cycle/{ended_cycle.pk}/approve/",
        "cycle/add/",
        f"statement/{own_statement.pk}/pay/",
        f"statementpayment/{payment.pk}/reverse/",
        f"dispute/{dispute.pk}/uphold/",
        f"dispute/{dispute.pk}/reject/",
        f"dispute/{dispute.pk}/correct/",
        "creditnote/add/",
    ):
        assert client.get(f"{ADMIN}/{path}").status_code == 403, path
        assert client.post(f"{ADMIN}/{path}", {"once": "0" * 32}).status_code == 403, path

    assert table_digests() == before


@pytest.mark.parametrize("role", ["owner", "finance"])
def test_a_merchant_reads_its_statement_its_lines_and_each_movement_of_them(
    two_merchants, own_statement, line, role
):
    client = two_merchants.second.client(role)

    statement, line_page = page_of(client, own_statement), page_of(client, line)

    assert f"{ADMIN}/line/{line.pk}/change/" in statement.content.decode()
    text = text_of(line_page)
    for movement in movements_of_line(line, merchant=two_merchants.second.merchant.pk):
        assert movement.member in text
        assert (movement.reference or "—") in text
    assert "甲记茶铺0" not in text, "the receipt is the issuer's business"
    assert leaks(line_page.content.decode(), two_merchants) <= {two_merchants.first.merchant.name}


def test_the_line_leads_operators_to_each_transfer_and_lot(operator, line):
    page = page_of(operator, line).content.decode()

    for movement in movements_of_line(line):
        drawn = Transfer.objects.get(public_id=movement.transfer)
        born = Transfer.objects.get(public_id=movement.lot)
        assert f"/admin/loyalty/transfer/{drawn.pk}/change/" in page
        assert f"/admin/loyalty/lot/{born.pk}/change/" in page


def test_a_charge_is_on_the_statement_and_opens_down_to_its_bookings(
    two_merchants, own_statement, operator
):
    client = two_merchants.second.client("finance")
    charge = Charge.objects.get(payer=two_merchants.second.merchant, fen=550)
    # With what the merchant owes the compensation fund.
    assert own_statement.charges == -6_550

    statement, charge_page = page_of(client, own_statement), page_of(client, charge)

    assert f"{ADMIN}/charge/{charge.pk}/change/" in statement.content.decode()
    text = text_of(charge_page)
    for word in ("rcp_b", "rfd_b", "¥6.00", "-¥0.50", "¥5.50", "礼品卡", "丙家花店"):
        assert word in text
    assert "rcp_a" not in text
    assert "礼品卡" in text_of(page_of(operator, own_statement.cycle))


@pytest.mark.parametrize("role", ["manager", "cashier"])
def test_whoever_may_not_see_clearing_sees_no_settlement(two_merchants, own_statement, line, role):
    client = two_merchants.second.client(role)

    for address in (
        f"{ADMIN}/statement/",
        f"{ADMIN}/line/",
        f"{ADMIN}/statement/{own_statement.pk}/change/",
        f"{ADMIN}/statement/{own_statement.pk}/csv/",
        f"{ADMIN}/line/{line.pk}/change/",
    ):
        assert client.get(address).status_code == 403, address


def test_somebody_of_some_stores_sees_no_statement_of_all_of_them(two_merchants, own_statement):
    from district.merchants.models import ClerkStore

    side = two_merchants.second
    ClerkStore.objects.create(
        clerk=side.clerks["finance"], store=side.second, merchant=side.merchant
    )

    assert (
        side.client("finance").get(f"{ADMIN}/statement/{own_statement.pk}/change/").status_code
        == 403
    )
    assert "最近结算单" not in text_of(side.client("finance").get("/admin/"))


def body_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_every_paper_of_the_own_statement_can_be_taken_away(two_merchants, own_statement):
    client = two_merchants.second.client("finance")
    base = f"{ADMIN}/statement/{own_statement.pk}"

    sheet, book, page, proofs = (
        client.get(f"{base}/{name}/") for name in ("csv", "xlsx", "print", "proofs")
    )

    rows = list(csv.reader(io.StringIO(body_of(sheet).decode("utf-8-sig"))))
    assert ["结算单号", own_statement.public_id] in rows
    assert zipfile.ZipFile(io.BytesIO(body_of(book))).testzip() is None
    assert "积分结算单" in page.content.decode()
    assert json.loads(proofs.content)["hash"] == bytes(own_statement.hash).hex()
    assert ["应结（元，正数付给商户，负数由商户支付）", str(Yuan(own_statement.due))] in rows
    for answer in (sheet, book, proofs):
        assert own_statement.public_id in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]
    assert page["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("name", ["csv", "xlsx", "print", "proofs"])
def test_no_paper_of_another_merchant_is_there(two_merchants, name):
    foreign = Statement.objects.get(merchant=two_merchants.first.merchant)
    client = two_merchants.second.client("owner")

    assert client.get(f"{ADMIN}/statement/{foreign.pk}/{name}/").status_code == 404
    assert client.get(f"{ADMIN}/statement/999999999999999999999/{name}/").status_code == 404


def test_the_dashboard_says_what_waits_and_what_is_due(
    two_merchants, operator, owner, own_statement
):
    operator_page, merchant = text_of(operator.get("/admin/")), text_of(owner.get("/admin/"))

    assert "待处理争议" in operator_page
    assert "待复核贷项通知" in operator_page
    assert "最近结算单 第 1 期" in merchant
