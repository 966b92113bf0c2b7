"""From any row of the ledger one walks to all it belongs with, and back."""

import re

import pytest

from loyalty.models import Lot, PointsAccount, Receipt, Restore, Transfer
from tests.admin.action_forms import text_of

LINK = re.compile(r'href="(/admin/(?:loyalty|members)/\w+/\d+/change/)')


def links(client, row):
    page = client.get(address(row)).content.decode()
    return set(LINK.findall(page)) - {address(row)}


def address(row):
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def test_from_a_receipt_to_its_transfer_its_lot_every_draw_and_back(two_merchants, operator):
    receipt = Receipt.objects.filter(store=two_merchants.second.store, granted=100).earliest("pk")
    earning = receipt.transfer
    lot = Lot.objects.get(pk=earning.pk)
    draws = list(lot.draws.all())
    assert draws

    assert address(earning) in links(operator, receipt)
    assert {address(receipt), address(lot)} <= links(operator, earning)
    assert {address(earning), address(receipt), *map(address, draws)} <= links(operator, lot)
    for draw in draws:
        assert {address(lot), address(draw.transfer)} <= links(operator, draw)
        assert {address(draw), address(lot)} <= links(operator, draw.transfer)


def test_from_a_reversal_to_what_it_undid_and_what_it_gave_back(two_merchants, operator):
    reversal = Transfer.objects.get(kind="reverse_spend")
    restores = list(Restore.objects.filter(transfer=reversal))
    assert restores

    assert {address(reversal.reverses), *map(address, restores)} <= links(operator, reversal)
    assert address(reversal) in links(operator, reversal.reverses)
    for restore in restores:
        assert {address(reversal), address(restore.draw)} <= links(operator, restore)
        assert address(restore) in links(operator, restore.draw)


def test_a_reversed_earning_shows_the_draw_that_emptied_its_lot(two_merchants, operator):
    reversal = Transfer.objects.get(kind="reverse_earn")

    assert {address(reversal.reverses), address(reversal.draws.get())} <= links(operator, reversal)


def test_an_expiry_shows_the_lots_that_ended(two_merchants, operator):
    expiry = Transfer.objects.filter(kind="expire").latest("pk")
    draws = list(expiry.draws.all())
    assert draws

    assert {address(draw) for draw in draws} <= links(operator, expiry)


def test_from_any_of_them_to_the_member_and_the_account(two_merchants, operator):
    account = PointsAccount.objects.get(member=two_merchants.member)
    transfer = Transfer.objects.filter(account=account).latest("seq")

    assert {address(two_merchants.member), address(account)} <= links(operator, transfer)
    assert address(account) in links(operator, two_merchants.member)
    assert address(transfer) in links(operator, account)


def test_the_statement_has_every_line_with_the_balance_after_it_page_by_page(
    two_merchants, operator, monkeypatch
):
    from loyalty.admin import explorer

    account = PointsAccount.objects.get(member=two_merchants.member)
    page = text_of(operator.get(address(account)))
    for line in Transfer.objects.filter(account=account):
        assert f"{line.seq} " in page
    assert f"{account.available:,}" in page

    request = operator.get(address(account)).wsgi_request
    request.GET = {"before": "3"}
    section = explorer.statement(request, account, lines=2)
    assert [row[0].text for row in section.rows] == ["2", "1"]
    assert section.more is None


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "１"])
def test_a_strange_place_in_the_statement_breaks_nothing(two_merchants, operator, before):
    account = PointsAccount.objects.get(member=two_merchants.member)

    assert operator.get(address(account), {"before": before}).status_code == 200


def test_a_clerks_links_all_open(two_merchants):
    client = two_merchants.second.client("finance")
    for rows in (
        Transfer.objects.filter(merchant=two_merchants.second.merchant),
        Receipt.objects.filter(store=two_merchants.second.store),
        Lot.objects.filter(issuer=two_merchants.second.merchant),
    ):
        for row in rows:
            found = links(client, row)
            assert {link: client.get(link).status_code for link in found} == dict.fromkeys(
                found, 200
            )
