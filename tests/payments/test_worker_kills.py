"""Real workers and PostgreSQL die in the middle of calls to WeChat Pay: nothing is lost, nothing doubled."""

import pytest
from django.db import InterfaceError, OperationalError, connection

from district.embedded.processes import wait_until
from district.kernel import invariants
from district.kernel.plugin import invariants_of
from district.payments import services as payments
from district.payments import tasks
from district.payments.models import Order, Payment, PaymentRefund
from tests.factories.members import make_member
from tests.payments.payment_steps import PRICE_FEN, fresh, let_waiting_calls_be_due, refund
from tests.payments.wechat_steps import place_wechat, point_settings_to
from tests.servers import CeleryWorker
from tests.wechat.fixtures import APPID, SECRET
from tests.wechat.pay_sandbox import PaySandbox, start_sandbox, stop_sandbox

pytestmark = [pytest.mark.kill, pytest.mark.slow]
ORDERS = 12


def until(reached):
    """Wake the worker as beat does, with every back-off over, until it has come so far."""

    def is_there():
        try:
            connection.close()
            let_waiting_calls_be_due()
            tasks.call_channels.delay()
            return reached()
        except (InterfaceError, OperationalError):
            return False

    assert wait_until(is_there, 90, pause=0.5)


@pytest.fixture
def own_sandbox(tmp_path):
    """One whose clock no other test has moved: workers live in real time."""
    process, base = start_sandbox(tmp_path / "sandbox")
    yield PaySandbox(base)
    stop_sandbox(process)


def test_whoever_dies_every_payment_is_found_and_every_refund_made_once(
    durable_cluster, durable_db, own_sandbox, receiver, settings, tmp_path
):
    sandbox = own_sandbox
    point_settings_to(settings, sandbox, receiver)
    environment = {
        **durable_db.env,
        **sandbox.environment,
        "DISTRICT_WECHAT_APPID": APPID,
        "DISTRICT_WECHAT_SECRET": SECRET,
        "DISTRICT_PUBLIC_URL": settings.PUBLIC_URL,
    }
    sandbox.control("pay-settings", hold_notices=True, refund_seconds=100_000)
    member = make_member("小林", openid=sandbox.openid())
    orders = [place_wechat(member) for _ in range(ORDERS)]
    for order in orders:
        sandbox.control("pay-order", **payments.prepare_payment(order=order))
    for route in ("query_order", "request_refund"):
        sandbox.trouble(route, "latency", seconds=0.3, times=1_000)

    first = CeleryWorker(env=environment, folder=tmp_path)
    first.start()
    until(lambda: Order.objects.filter(state="paid").count() >= 3)
    first.kill9()
    second = CeleryWorker(env=environment, folder=tmp_path)
    second.start()
    until(lambda: Order.objects.filter(state="paid").count() == ORDERS)

    wanted = [refund(fresh(order), PRICE_FEN) for order in orders]
    until(lambda: PaymentRefund.objects.filter(state="processing").count() >= 3)
    dead = durable_cluster.kill9()
    durable_cluster.wait_back(dead)
    until(lambda: PaymentRefund.objects.filter(state="processing").count() == ORDERS)
    for row in wanted:
        sandbox.control("pay-settle-refund", out_refund_no=row.number)
    until(lambda: PaymentRefund.objects.filter(state="succeeded").count() == ORDERS)
    second.stop()

    assert Payment.objects.count() == ORDERS
    assert len(sandbox.documents("refund")) == ORDERS
    assert invariants.findings(invariants_of("payments")) == []
