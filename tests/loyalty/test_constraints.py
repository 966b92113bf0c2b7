"""Going round the code: the tables refuse what the ledger would never do."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from district.kernel import clock
from loyalty.models import Draw, Lot, MerchantTerms, PointsAccount, Receipt, Restore, Transfer
from tests.factories.loyalty import buy, pay_points, undo


@pytest.fixture
def scene(member, tea, books):
    receipt = buy(member, tea, fen=10_000)
    undo(pay_points(member, books, points=10), books)
    return receipt


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def refuses(match, act):
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        act()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"available": -1}, "account_not_overdrawn"),
        ({"held": -1}, "account_not_overdrawn"),
        ({"pending": -1}, "account_not_overdrawn"),
        ({"debt": -1}, "account_not_overdrawn"),
        ({"debt": 1}, "account_not_overdrawn"),
    ],
)
def test_an_account_keeps_its_promises(scene, change, name):
    refuses(name, lambda: PointsAccount.objects.update(**change))


@pytest.mark.parametrize("remaining", [-1, 101])
def test_a_lot_holds_between_nothing_and_what_was_granted(scene, remaining):
    refuses("lot_never_overdrawn", lambda: Lot.objects.update(remaining=remaining))


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"refunded_fen": 10_001}, "receipt_gives_back_at_most_what_it_took"),
        ({"clawed": 101}, "receipt_gives_back_at_most_what_it_took"),
    ],
)
def test_a_receipt_gives_back_no_more_than_it_took(scene, change, name):
    refuses(name, lambda: Receipt.objects.update(**change))


def copy_of(row, **changes):
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.fields
        if not field.primary_key
    }
    return type(row)(**values | changes)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"points": 0}, "transfer_fits_its_kind"),
        ({"available_after": -1}, "transfer_fits_its_kind"),
        ({"target": "expired"}, "transfer_fits_its_kind"),
        ({"kind": "gift"}, "transfer_fits_its_kind"),
        ({"merchant_id": None}, "transfer_fits_its_kind"),
        ({"reference": ""}, "transfer_fits_its_kind"),
        ({"reverses_id": 1}, "transfer_fits_its_kind"),
        ({"seq": 1}, "transfer_once_per_statement_line"),
    ],
)
def test_a_transfer_is_of_its_kind(scene, changes, name):
    row = copy_of(scene.transfer, **{"public_id": "tr_x", "seq": 99} | changes)

    refuses(name, row.save)


def test_one_request_number_of_a_merchant_is_one_spending(scene):
    spent = Transfer.objects.get(kind="spend")

    refuses("transfer_once_per_request_number", copy_of(spent, public_id="tr_x", seq=99).save)


def test_a_transfer_is_reversed_once(scene):
    reversal = Transfer.objects.get(kind="reverse_spend")

    refuses("transfer_reversed_once", copy_of(reversal, public_id="tr_x", seq=99).save)


@pytest.mark.parametrize("table", ["transfer", "draw", "restore"])
@pytest.mark.parametrize(
    "act", ["update loyalty_{} set points = 1", "delete from loyalty_{}", "truncate loyalty_{}"]
)
def test_what_is_written_stays_written(scene, table, act):
    run("set constraints all immediate")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(act.format(table) + (" cascade" if act.startswith("truncate") else ""))


@pytest.mark.parametrize(
    "act",
    [
        "update loyalty_lot set granted = 500",
        "update loyalty_lot set price_milli_fen = 1",
        "update loyalty_lot set expires_at = expires_at + interval '1 year'",
        "update loyalty_lot set issuer_id = 1",
        "delete from loyalty_lot",
        "truncate loyalty_lot",
        "update loyalty_receipt set paid_fen = 1",
        "update loyalty_receipt set receipt_no = 'x'",
        "delete from loyalty_receipt",
        "truncate loyalty_receipt",
    ],
)
def test_of_lots_and_receipts_only_counters_change(scene, act):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(act)


def test_a_merchant_never_has_two_terms_at_once(tea):
    now = clock.now()

    refuses(
        "terms_one_at_a_time",
        MerchantTerms(merchant=tea.merchant, valid=DateTimeTZRange(now, None)).save,
    )


def test_terms_that_follow_each_other_are_fine(tea):
    MerchantTerms.objects.update(valid=DateTimeTZRange("2005-01-01", "2020-01-01"))

    MerchantTerms(merchant=tea.merchant, valid=DateTimeTZRange("2020-01-01", None)).save()

    assert MerchantTerms.objects.count() == 2


def test_everything_drawn_and_restored_is_positive(scene):
    draw, restore = Draw.objects.get(), Restore.objects.get()

    refuses("draw_takes_something", copy_of(draw, points=0).save)
    refuses("restore_gives_back_at_most_what_was_drawn", copy_of(restore, points=0).save)
    refuses("draw_once_per_lot_and_transfer", copy_of(draw).save)
    refuses("restore_once_per_draw_and_transfer", copy_of(restore).save)
