"""The worker is killed in the middle of a re-rating, again and again; each stay gets its money back once."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db.models import Sum

from district.embedded.processes import wait_until
from district.kernel import clock, invariants
from parking import services as parking
from parking.models import FeeRefund, FeeTender, ReratedStay
from tests.factories.tariffs import make_tariff_draft
from tests.parking.reratings.charging_steps import (
    CAP,
    NOW,
    approve,
    make_charging_car_park,
    paid_in_cash,
    plan,
)

pytestmark = [pytest.mark.kill, pytest.mark.slow]
STAYS = 60
_WORK = (
    "import django; django.setup();"
    "from parking.services import run_rerating; from parking.models import ReratingJob;"
    "run_rerating(job=ReratingJob.objects.get(), seconds=60)"
)


@pytest.fixture
def job(durable_db):
    with clock.travel_to(NOW):
        charging = make_charging_car_park()
        for number in range(STAYS):
            paid_in_cash(charging.stay(f"浙A10{number:03}", "12:10", 130))
        rerating = approve(plan(charging, make_tariff_draft(charging.tariff, **CAP)))
    return rerating.job


def worker(database):
    env = os.environ | database.env | {"DJANGO_SETTINGS_MODULE": "district.settings"}
    return subprocess.Popen([sys.executable, "-c", _WORK], cwd=settings.ROOT, env=env)


def refunded():
    return ReratedStay.objects.filter(outcome="refunded").count()


def test_whoever_dies_each_stay_gets_its_money_back_once(durable_db, job):
    for reached in (3, 20):
        running = worker(durable_db)
        assert wait_until(lambda reached=reached: refunded() >= reached, 60, pause=0.005)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        assert reached <= refunded() < STAYS
        assert FeeRefund.objects.count() == refunded()

    while parking.run_rerating(job=job):
        pass
    parking.run_rerating(job=job)

    assert (FeeRefund.objects.count(), refunded()) == (STAYS, STAYS)
    assert FeeTender.objects.aggregate(fen=Sum("returned_fen"))["fen"] == STAYS * 800
    assert list(invariants.offences()) == []
