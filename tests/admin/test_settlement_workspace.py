"""The settlement workspace: two people close, a merchant reads, takes away and disputes its own side."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.text.sheets import Yuan
from district.members.models import User
from district.members.services.make_operator import make_operator
from loyalty.models import Transfer
from loyalty.settlement.models import Charge, CreditNote, Cycle, Dispute, Line, Payment, Statement
from loyalty.settlement.queries import movements_of_line
from tests.admin.action_forms import act, once_of, text_of
from tests.admin.merchant_paths import leaks
from tests.admin.two_merchants import signed_in, table_digests
from tests.factories.settlement import book

ADMIN = "/admin/settlement"


@pytest.fixture
def other_operator(two_merchants):
    user = User.objects.create_staff("fuhe", name="复核小吴")
    make_operator(user=user, by=two_merchants.root)
    return signed_in(user)


@pytest.fixture
def own_statement(two_merchants):
    """乙's statement of the closed cycle."""
    return Statement.objects.get(merchant=two_merchants.second.merchant)


@pytest.fixture
def line(two_merchants):
    """What 甲 owes 乙."""
    return Line.objects.get(
        issuer=two_merchants.first.merchant, redeemer=two_merchants.second.merchant
    )


def page_of(client, row):
    return client.get(f"{ADMIN}/{row._meta.model_name}/{row.pk}/change/")


def confirm_preview(client, address, **fields):
    """Fill in, look, confirm."""
    fields = {"once": once_of(client.get(address))} | fields
    seen = client.post(address, fields)
    assert seen.context["mark"], text_of(seen)
    return seen, client.post(address, fields | {"seen": seen.context["mark"]})


# --- Closing ----------------------------------------------------------------------------------
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
        f"payment/{payment.pk}/reverse/",
        f"dispute/{dispute.pk}/uphold/",
        f"dispute/{dispute.pk}/reject/",
        f"dispute/{dispute.pk}/correct/",
        "creditnote/add/",
    ):
        assert client.get(f"{ADMIN}/{path}").status_code == 403, path
        assert client.post(f"{ADMIN}/{path}", {"once": "0" * 32}).status_code == 403, path

    assert table_digests() == before


# --- Statements and what one takes away -------------------------------------------------------
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
    charge = Charge.objects.get(payer=two_merchants.second.merchant)
    assert own_statement.charges == -550

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


# --- Payments ---------------------------------------------------------------------------------
def pay_address(statement):
    return f"{ADMIN}/statement/{statement.pk}/pay/"


def asked_to_pay(**changes):
    now = clock.now().astimezone(clock.SHANGHAI) - timedelta(minutes=2)
    fields = {"yuan": "0.10", "reference": "工行0001", "paid_at": f"{now:%Y-%m-%dT%H:%M}"}
    return fields | changes


def test_a_payment_is_noted_once_and_taken_back_by_a_counter_entry(operator, own_statement):
    assert abs(own_statement.due) >= 11
    address = pay_address(own_statement)
    filled = {"once": once_of(operator.get(address))} | asked_to_pay()

    for _ in range(2):
        assert operator.post(address, filled).status_code == 302
    payment = Payment.objects.get(reference="工行0001")
    assert (payment.fen, payment.before, payment.after) == (10, 1, 11)
    act(operator, f"{ADMIN}/payment/{payment.pk}/reverse/", words="登记错了")

    assert sum(own_statement.payments.values_list("fen", flat=True)) == 1
    assert operator.get(f"{ADMIN}/payment/{payment.pk}/reverse/").status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        {"yuan": "0"},
        {"yuan": "-1"},
        {"yuan": "1000000"},
        {"yuan": "0.001"},
        {"reference": ""},
        {"paid_at": "2999-01-01T00:00"},
        {"paid_at": "昨天"},
    ],
)
def test_payments_that_cannot_be_are_refused(operator, own_statement, changes):
    before = table_digests()

    assert act(operator, pay_address(own_statement), **asked_to_pay(**changes)).status_code == 422
    assert table_digests() == before


# --- Disputes and credit notes ----------------------------------------------------------------
def test_a_side_disputes_a_line_an_operator_upholds_and_two_correct_it(
    two_merchants, line, operator, other_operator
):
    finance = two_merchants.second.client("finance")
    raised = act(finance, f"{ADMIN}/line/{line.pk}/dispute/", words="这五十分不在本店")
    dispute = Dispute.objects.get(reason="这五十分不在本店")
    assert raised["Location"] == f"{ADMIN}/dispute/{dispute.pk}/change/"
    assert dispute.merchant == two_merchants.second.merchant
    twice = act(finance, f"{ADMIN}/line/{line.pk}/dispute/", words="再说一次")
    assert (twice.status_code, "待处理的争议" in text_of(twice)) == (422, True)

    act(operator, f"{ADMIN}/dispute/{dispute.pk}/uphold/", words="属实")
    act(
        operator,
        f"{ADMIN}/dispute/{dispute.pk}/correct/",
        way="back",
        yuan="0.50",
        reason="退回五角",
    )
    note = CreditNote.objects.get(dispute=dispute)
    assert (note.payer, note.payee, note.fen) == (line.redeemer, line.issuer, 50)
    assert page_of(finance, note).status_code == 404, "not decided yet"
    assert operator.get(f"{ADMIN}/creditnote/{note.pk}/approve/").status_code == 403
    act(other_operator, f"{ADMIN}/creditnote/{note.pk}/approve/")

    note.refresh_from_db()
    assert note.state == "approved"
    assert page_of(finance, note).status_code == 200
    assert operator.get(f"{ADMIN}/dispute/{dispute.pk}/correct/").status_code == 302


def test_a_line_of_others_cannot_be_disputed(two_merchants, owner):
    foreign = Line.objects.exclude(issuer=two_merchants.second.merchant).exclude(
        redeemer=two_merchants.second.merchant
    )
    before = table_digests()

    for line in foreign:
        address = f"{ADMIN}/line/{line.pk}/dispute/"
        assert owner.get(address).status_code == 404
        assert owner.post(address, {"once": "0" * 32, "words": "不对"}).status_code == 404

    assert foreign.exists()
    assert table_digests() == before


def test_the_dashboard_says_what_waits_and_what_is_due(
    two_merchants, operator, owner, own_statement
):
    operator_page, merchant = text_of(operator.get("/admin/")), text_of(owner.get("/admin/"))

    assert "待处理争议" in operator_page
    assert "待复核贷项通知" in operator_page
    assert "最近结算单 第 1 期" in merchant
