"""Workers and PostgreSQL die while 2,000 notices are handled and told back: nothing is lost, nothing doubled."""

import pytest
from django.db import InterfaceError, OperationalError, connection

from district.embedded.processes import wait_until
from district.kernel import attempts, clock, invariants
from district.kernel import tasks as kernel_tasks
from district.kernel.inbox.reception import receive_notice
from district.kernel.models import InboxRow
from district.kernel.plugin import invariants_of
from loyalty.business_circle import inbox, tasks
from loyalty.business_circle.models import MallPayment, PointsSync
from loyalty.models import PointsAccount, Receipt
from tests.factories.members import make_member
from tests.servers import CeleryWorker
from tests.wechat.fixtures import APPID, SECRET

pytestmark = [pytest.mark.kill, pytest.mark.slow]
PAYMENTS, PERSONS = 2_000, 20


def until(reached, *, seconds=120):
    """Wake the worker as beat does, with every back-off over, until it has come so far."""

    def is_there():
        try:
            connection.close()
            past = clock.real_now()
            PointsSync.objects.filter(synced_at=None).update(next_attempt_at=past)
            InboxRow.objects.filter(handled_at=None).update(next_attempt_at=past)
            attempts.replay(InboxRow.objects.all())
            kernel_tasks.deliver_events.delay()
            tasks.sync_points.delay()
            return reached()
        except (InterfaceError, OperationalError):
            return False

    assert wait_until(is_there, seconds, pause=1)


def queue_notices(sandbox, receiver, store):
    """So many payments of members, reported by WeChat and kept by the inbox, not handled yet."""
    for number in range(PAYMENTS):
        sandbox.control(
            "pay-mall-payment",
            person=f"p{number % PERSONS}",
            amount_fen=10_000 + number,
            shop_number=store.public_id,
        )
    assert wait_until(lambda: len(receiver.received) >= PAYMENTS, 60, pause=0.2)
    for headers, body in receiver.received:
        receive_notice(source=inbox.SOURCE, headers=headers, body=body)


def test_whoever_dies_every_payment_is_credited_once_and_told_once(
    durable_cluster, durable_db, mall, receiver, store, tmp_path
):
    environment = {
        **durable_db.env,
        **mall.environment,
        "DISTRICT_WECHAT_APPID": APPID,
        "DISTRICT_WECHAT_SECRET": SECRET,
    }
    members = [
        make_member(f"会员{number}", openid=mall.openid(f"p{number}")) for number in range(PERSONS)
    ]
    for number in range(PERSONS):
        mall.control("pay-mall-authorize", person=f"p{number}")
    receiver.wait_for(PERSONS)
    receiver.clear()
    queue_notices(mall, receiver, store)
    assert InboxRow.objects.filter(handled_at=None).count() == PAYMENTS

    first = CeleryWorker(env=environment, folder=tmp_path)
    first.start()
    until(lambda: MallPayment.objects.count() >= 300)
    first.kill9()
    second = CeleryWorker(env=environment, folder=tmp_path)
    second.start()
    until(lambda: MallPayment.objects.count() >= 900)
    dead = durable_cluster.kill9()
    durable_cluster.wait_back(dead)
    until(lambda: PointsSync.objects.exclude(synced_at=None).count() >= 100)
    second.kill9()
    third = CeleryWorker(env=environment, folder=tmp_path)
    third.start()
    until(lambda: PointsSync.objects.exclude(synced_at=None).count() == PAYMENTS, seconds=300)
    third.stop()

    assert MallPayment.objects.filter(state="credited").count() == PAYMENTS
    assert Receipt.objects.count() == PAYMENTS
    expected = sum((10_000 + number) // 100 for number in range(PAYMENTS))
    balances = PointsAccount.objects.filter(pk__in=[member.pk for member in members])
    assert sum(balances.values_list("available", flat=True)) == expected
    at_wechat = mall.documents("points")
    assert len(at_wechat) == PAYMENTS
    assert sum(row["increased_points"] for row in at_wechat) == expected
    assert MallPayment.objects.exclude(openid_sealed=None).count() == 0
    assert invariants.findings(invariants_of("business_circle", "loyalty")) == []
