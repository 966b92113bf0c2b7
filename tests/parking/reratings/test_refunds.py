"""What a re-rating gives back, to the fen and in the reverse of the order in which it was tendered."""

import inspect
from datetime import timedelta
from itertools import product

import pytest

from district.kernel import clock
from loyalty.queries import balance_of
from parking import services as parking
from parking.models import Arrears
from parking.queries.fees import due_of
from parking.queries.reratings import too_much_fen
from tests.factories.members import make_member
from tests.factories.tariffs import make_tariff_draft
from tests.parking.fees.fee_steps import fen_coupon, give_points, owned, pay, quote
from tests.parking.reratings.charging_steps import CAP, NOW, approve, plan, run
from tests.payments.bank_channel import bank

__all__ = ["bank"]
PLATE = "浙A10001"


@pytest.fixture
def parked(charging, bank):
    """A member's car that came two hours and ten minutes ago: 18.00 where it should be 10.00."""
    member = make_member()
    owned(member, PLATE)
    return charging.open_stay(PLATE, 130), member


@pytest.fixture
def rerated(charging, parked):
    """The car leaves, and its stay is re-rated: the row."""

    def rerate():
        if parked[0].state == "open":
            charging.leave(PLATE)
        with clock.travel_to(NOW):
            planned = plan(charging, make_tariff_draft(charging.tariff, **CAP))
        run(approve(planned))
        return planned.rows.get()

    return rerate


def test_money_goes_back_first_then_points(parked, rerated, bank):
    stay, member = parked
    yuan = fen_coupon(member, 300)
    give_points(member, 1_100)
    pay(bank, quote(stay, member, coupons=[yuan.public_id], points=1_100))
    assert balance_of(member).available == 0

    row = rerated()

    assert (row.before_fen, row.after_fen, row.paid_fen) == (1800, 1000, 1800)
    assert (row.outcome, row.refunded_fen) == ("refunded", 800)
    parts = row.refund.parts.order_by("pk").values_list("tender__kind", "amount_fen", "points")
    assert list(parts) == [("money", 400, 0), ("points", 400, 400)]
    assert balance_of(member).available == 400
    yuan.refresh_from_db()
    assert yuan.state == "used"
    stay.refresh_from_db()
    assert due_of(stay, clock.now()).due_fen == 0


def test_a_coupon_that_cannot_go_back_in_part_is_named(parked, rerated, bank):
    stay, member = parked
    pay_all = quote(stay, member, coupons=[fen_coupon(member, 1_800).public_id])
    assert pay_all.state == "paid"

    row = rerated()

    assert (row.outcome, row.code, row.refund) == ("refused", "parking_fee_not_refundable", None)
    stay.refresh_from_db()
    assert stay.tariff_version.state == "correction"


def test_a_quote_that_is_being_paid_is_waited_for(charging, parked, rerated, bank):
    stay, member = parked
    made = quote(stay, member)

    row = rerated()
    assert row.outcome == "deferred"

    pay(bank, made)
    from parking import services as parking

    assert parking.settle_deferred_stays() == 1
    row.refresh_from_db()
    assert (row.outcome, row.refunded_fen) == ("refunded", 800)


def holds(too_much):
    """Of every small fee: what is left is the right fee or less, and nothing of another cause goes back."""
    for before, after, paid, waived in product(range(5), repeat=4):
        back = too_much(before, after, paid_fen=paid, waived_fen=waived)
        assert 0 <= back <= max(paid, 0)
        assert back <= max(before - after, 0)
        # More would leave less than what is owed, or give back what was paid for another reason.
        most = back in {paid - max(after - waived, 0), before - after}
        assert most or back == 0
        if paid > max(after - waived, 0) and before > after:
            assert back > 0


def test_no_more_and_no_less_than_what_was_too_much():
    holds(too_much_fen)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("max(after_fen - waived_fen, 0)", "after_fen - waived_fen"),
        ("max(after_fen - waived_fen, 0)", "after_fen"),
        ("paid_fen - owed_fen", "paid_fen"),
        ("before_fen - after_fen, paid_fen", "before_fen, paid_fen"),
        ("min(", "max("),
        ("max(min(before_fen - after_fen, paid_fen - owed_fen), 0)",
         "min(before_fen - after_fen, paid_fen - owed_fen)"),
    ],
)  # fmt: skip
def test_a_mistake_is_noticed(before, after):
    source, mutant = inspect.getsource(too_much_fen), {}
    assert before in source
    exec(compile(source.replace(before, after), "mutant", "exec"), mutant)
    with pytest.raises(AssertionError):
        holds(mutant["too_much_fen"])


def test_arrears_are_as_much_as_the_stay_costs_by_the_right_version(charging, parked, rerated):
    stay, member = parked
    parking.set_arrears_policy(car_park=charging.car_park, collects_arrears=True, by=None)
    charging.leave(PLATE)
    with clock.travel_to(NOW + timedelta(minutes=20)):
        parking.reckon_stays()
    stay.refresh_from_db()
    assert (stay.arrears.amount_fen, stay.arrears.member) == (1800, member)

    rerated()

    assert (Arrears.objects.get().amount_fen, Arrears.objects.get().state) == (1000, "open")
