"""Re-rating beside itself, beside people who give back by hand, and beside gates that report late."""

from datetime import timedelta
from functools import partial

from django.db.models import Sum

from district.kernel import clock, invariants
from parking import services as parking
from parking.models import FeeRefund, FeeTender, ReratedStay
from tests.factories.loyalty import fresh_key
from tests.factories.tariffs import make_tariff_draft
from tests.parking.reratings.charging_steps import (
    CAP,
    NOW,
    approve,
    make_charging_car_park,
    paid_in_cash,
    plan,
)
from tests.race import race

STAYS = 12


def ready():
    """Twelve stays that paid 18.00 instead of 10.00, and a plan."""
    with clock.travel_to(NOW):
        charging = make_charging_car_park()
        stays = [
            paid_in_cash(charging.stay(f"浙A100{number:02}", "12:10", 130))
            for number in range(STAYS)
        ]
        return charging, stays, plan(charging, make_tariff_draft(charging.tariff, **CAP))


def given_back():
    return FeeTender.objects.aggregate(fen=Sum("returned_fen"))["fen"]


def test_many_workers_at_once_give_back_once(real_db):
    _charging, _stays, planned = ready()
    rerating = approve(planned)

    race(*[lambda: parking.run_rerating(job=rerating.job)] * 4, *[parking.run_reratings] * 4)
    while parking.run_rerating(job=rerating.job):
        pass

    assert given_back() == STAYS * 800
    assert FeeRefund.objects.count() == STAYS
    assert list(invariants.offences()) == []


def test_two_who_approve_at_once_begin_one_job(real_db):
    charging, _stays, planned = ready()
    with clock.travel_to(NOW):
        other = plan(charging, make_tariff_draft(charging.tariff, **CAP | {"grace": None}))

    answers = race(*(partial(approve, rerating) for rerating in [planned, other] * 3))

    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert ReratedStay.objects.filter(rerating__state="approved").count() == STAYS


def test_whoever_gives_back_at_the_same_time_nobody_gets_more_than_was_paid(real_db):
    charging, stays, planned = ready()
    rerating = approve(planned)

    def by_hand():
        for stay in stays:
            parking.refund_fee(
                stay=stay, amount_fen=1_500, reason="客服退款", by=None, key=fresh_key()
            )

    def passes_late():
        for number, stay in enumerate(stays):
            charging.passes(f"浙A200{number:02}", stay.entered_at + timedelta(minutes=5))

    answers = race(lambda: parking.run_rerating(job=rerating.job), by_hand, passes_late)
    while parking.run_rerating(job=rerating.job):
        pass

    assert answers[1:] == [None, None], answers
    for tender in FeeTender.objects.all():
        assert 1_500 <= tender.returned_fen <= 1_800
    assert list(invariants.offences()) == []
