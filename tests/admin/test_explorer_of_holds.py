"""From holds, refunds, debts, grace and merged lots to their causes, and back."""

import pytest

from district.kernel import clock
from loyalty import procedures
from loyalty.models import Debt, Hold, Lot, ParkedRefund, PointsAccount, Receipt, Refund, Transfer
from tests.admin.action_forms import text_of
from tests.admin.points_history import make_hold
from tests.admin.test_explorer import address, links
from tests.factories.loyalty import buy
from tests.factories.members import make_member


@pytest.fixture
def refund(two_merchants):
    """The refund of 乙家 whose points had been spent."""
    return Refund.objects.get(refund_no=f"{two_merchants.second.merchant.name}退货单")


def test_a_refund_leads_to_its_receipt_lines_debt_and_repayments_and_each_back(
    two_merchants, operator, refund
):
    lines = list(
        Transfer.objects.filter(
            account=refund.account_id, seq__gte=refund.first_seq, seq__lte=refund.last_seq
        )
    )
    debt = Debt.objects.get(transfer__in=lines)
    repayments = list(Transfer.objects.filter(kind="repay", reverses=debt.transfer))
    assert {line.kind for line in lines} == {"clawback", "owe"}
    assert repayments

    assert {address(row) for row in (refund.receipt, *lines, debt, *repayments)} <= links(
        operator, refund
    )
    assert address(refund) in links(operator, refund.receipt)
    for line in lines:
        assert address(refund) in links(operator, line)
    assert {address(refund), address(debt.transfer), *map(address, repayments)} <= links(
        operator, debt
    )
    assert address(debt) in links(operator, debt.transfer)


def test_a_repayment_leads_to_the_debt_to_its_draws_and_to_the_purchase_that_paid(
    two_merchants, operator, refund
):
    repayment = Transfer.objects.get(kind="repay", account=refund.account_id)
    debt = Debt.objects.get(transfer=repayment.reverses_id)
    earning = Transfer.objects.get(account=refund.account_id, seq=repayment.seq - 1)
    receipt = Receipt.objects.get(transfer=earning)
    assert receipt.repaid == repayment.points

    assert {address(debt), address(earning), *map(address, repayment.draws.all())} <= links(
        operator, repayment
    )
    assert address(repayment) in links(operator, earning)
    assert address(repayment) in links(operator, receipt)


def test_a_hold_leads_to_its_lines_and_lots_and_each_back(two_merchants, operator):
    hold = Hold.objects.get(merchant=two_merchants.second.merchant, state="captured")
    lines = list(Transfer.objects.filter(account=hold.account_id, reference=hold.request_no))
    assert {line.kind for line in lines} == {"hold", "capture", "release"}
    lots = [part.lot for part in hold.parts.all()]

    assert {*map(address, lines), *map(address, lots)} <= links(operator, hold)
    for line in lines:
        assert address(hold) in links(operator, line)


def test_an_open_hold_stands_on_its_lot_and_on_the_account(two_merchants, operator):
    hold = Hold.objects.get(merchant=two_merchants.second.merchant, state="open")
    account = PointsAccount.objects.get(pk=hold.account_id)

    assert address(hold) in links(operator, hold.parts.get().lot)
    assert address(hold) in links(operator, account)


def test_a_merge_leads_from_each_side_to_the_other(two_merchants, operator):
    old, new = make_member("旧号"), make_member("新号")
    bought = buy(old, two_merchants.second.store, fen=4_000)
    buy(new, two_merchants.second.store, fen=1_000)
    procedures.merge(source=old.pk, into=new.pk, reason="换号", actor="user:1", at=clock.now())
    out = Transfer.objects.get(kind="merge_out", account=old.pk)
    into = Transfer.objects.get(kind="merge_in", account=new.pk)
    accounts = PointsAccount.objects.in_bulk([old.pk, new.pk])
    lot = Lot.objects.get(pk=into.pk)

    assert address(accounts[new.pk]) in links(operator, out)
    assert {address(accounts[old.pk]), address(lot), address(lot.origin)} <= links(operator, into)
    assert address(bought) in links(operator, lot)
    assert address(accounts[new.pk]) in links(operator, accounts[old.pk])
    assert address(accounts[old.pk]) in links(operator, accounts[new.pk])
    assert "已并入" in text_of(operator.get(address(accounts[old.pk])))


def test_a_parked_refund_leads_to_what_became_of_it_and_back(two_merchants, operator):
    parked = ParkedRefund.objects.get(merchant=two_merchants.second.merchant, state="matched")

    assert address(parked.refund) in links(operator, parked)
    assert address(parked) in links(operator, parked.refund)


def test_every_line_of_every_kind_opens_for_operators_with_links_that_open(two_merchants, operator):
    seen = {}
    for line in Transfer.objects.order_by("pk"):
        seen.setdefault(line.kind, line)
    assert {"hold", "capture", "release", "clawback", "owe", "repay", "expire"} <= seen.keys()

    for line in seen.values():
        found = links(operator, line)
        assert found, line.kind
        assert {link: operator.get(link).status_code for link in found} == dict.fromkeys(found, 200)


# --- What a merchant sees of it ---------------------------------------------------------------
def test_a_merchants_own_links_all_open(two_merchants, refund):
    client = two_merchants.second.client("owner")
    rows = [
        refund,
        *Hold.objects.filter(merchant=two_merchants.second.merchant),
        *Debt.objects.filter(carrier=two_merchants.second.merchant),
        *ParkedRefund.objects.filter(merchant=two_merchants.second.merchant),
        *Transfer.objects.filter(
            merchant=two_merchants.second.merchant, kind__in=["repay", "clawback"]
        ),
    ]
    for row in rows:
        found = links(client, row)
        assert {link: client.get(link).status_code for link in found} == dict.fromkeys(found, 200)


def test_who_is_repaid_does_not_learn_at_whose_till(two_merchants, owner, operator, refund):
    """The purchase that repaid the debt was made at 甲: neither its number nor its till is 乙's to know."""
    repayment = Transfer.objects.get(kind="repay", account=refund.account_id)
    assert "抵还票" in repayment.reference

    page = text_of(owner.get(address(repayment)))

    assert repayment.reference not in page
    assert "操作者" not in page
    assert two_merchants.first.merchant.name not in page
    assert repayment.reference in text_of(operator.get(address(repayment)))


def test_a_refund_does_not_tell_of_lots_that_others_issued(two_merchants, owner):
    hold = Hold.objects.get(merchant=two_merchants.second.merchant, state="open")
    member = hold.account.member
    buy(member, two_merchants.first.store, fen=9_000)
    buy(member, two_merchants.second.store, fen=2_000)
    wide = make_hold(
        member,
        two_merchants.second.store,
        points=PointsAccount.objects.get(pk=member.pk).available,
        no="跨商户预占",
    )
    assert {part.lot.issuer_id for part in wide.parts.all()} == {
        two_merchants.first.merchant.pk,
        two_merchants.second.merchant.pk,
    }

    page = text_of(owner.get(address(wide)))

    assert "其他商户" in page
    assert two_merchants.first.merchant.name not in page


def test_a_hold_is_voided_once_and_its_points_go_back(two_merchants, owner):
    hold = Hold.objects.get(merchant=two_merchants.second.merchant, state="open")
    page = owner.get(f"{address(hold).removesuffix('change/')}void/")
    from tests.admin.action_forms import once_of

    filled = {"once": once_of(page)}
    for _ in range(2):
        owner.post(f"{address(hold).removesuffix('change/')}void/", filled)

    hold.refresh_from_db()
    assert hold.state == "voided"
    assert Transfer.objects.filter(reference=hold.request_no, kind="release").count() == 1
    cashier = two_merchants.second.client("cashier")
    assert cashier.get(f"{address(hold).removesuffix('change/')}void/").status_code == 403
