"""The sandbox's notices: sent until they are taken, late, twice, out of order, wrong on order."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import pairwise
from threading import Event

import pytest

from district.kernel.errors import NoticeRefused
from district.wechat import pay_account
from district.wechat.pay import orders, refunds
from district.wechat.pay.errors import (
    BadSignature,
    SignatureProbe,
    StaleTimestamp,
    Undecryptable,
    UnknownKey,
)
from tests.wechat.pay_sandbox import Receiver

REPEATS = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600]


@pytest.fixture
def pay(sandbox, shop, make_order):
    """Place and pay an order."""

    def pay_one(**changed):
        order = make_order(shop, **changed)
        return sandbox.control("pay-order", out_trade_no=order.out_trade_no)

    return pay_one


def test_a_notice_that_is_not_taken_comes_fifteen_times_more(pay, sandbox, receiver, read):
    receiver.statuses = [500] * 16
    pay()
    receiver.wait_for(1)

    sandbox.run(10 * 86400)

    (notice,) = sandbox.notices()
    times = [datetime.fromisoformat(attempt["time"]) for attempt in notice["attempts"]]
    gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(times)]
    assert len(receiver.received) == 16
    assert gaps == [pytest.approx(seconds, abs=2) for seconds in REPEATS]
    assert sum(REPEATS) == 24 * 3600 + 4 * 60
    assert notice["is_taken"] is False
    notices = [read(received) for received in receiver.received]
    assert {notice.envelope.notice_id for notice in notices} == {notices[0].envelope.notice_id}
    assert len({received[1] for received in receiver.received}) == 16


@pytest.mark.parametrize("status", [200, 204])
def test_a_notice_that_is_taken_comes_no_more(pay, sandbox, receiver, status):
    receiver.statuses = [401, status]
    pay()
    receiver.wait_for(1)
    sandbox.run(86400)

    assert len(receiver.received) == 2
    (notice,) = sandbox.notices("TRANSACTION.SUCCESS")
    assert [attempt["answers"] for attempt in notice["attempts"]] == [["401"], [str(status)]]


def test_nobody_at_the_address_is_tried_again(pay, sandbox):
    elsewhere = Receiver()
    elsewhere.server_close()
    pay(notify_url=elsewhere.url)
    sandbox.run(40)

    (notice,) = sandbox.notices()
    assert [attempt["answers"] for attempt in notice["attempts"]] == [["ConnectionError"]] * 3


def test_who_answers_too_late_has_not_taken_it(pay, sandbox, receiver):
    sandbox.control("pay-settings", answer_seconds=0.1)
    receiver.on_receipt = lambda: time.sleep(0.3)
    pay()
    receiver.wait_for(1)
    receiver.on_receipt = None
    sandbox.run(15)

    receiver.wait_for(2)
    (notice,) = sandbox.notices()
    assert [attempt["answers"] for attempt in notice["attempts"]] == [["ReadTimeout"], ["204"]]


def test_repetitions_may_come_in_new_envelopes(pay, sandbox, receiver, read):
    sandbox.control("pay-settings", new_envelopes=True)
    receiver.statuses = [500]
    pay()
    receiver.wait_for(1)
    sandbox.run(15)

    first, second = (read(received) for received in receiver.wait_for(2))
    assert first.envelope.notice_id != second.envelope.notice_id
    assert first.content == second.content


def test_notices_can_be_held_reordered_and_repeated(pay, shop, sandbox, receiver, read):
    sandbox.control("pay-settings", hold_notices=True)
    paid = pay()
    refunds.request_refund(
        shop,
        refunds.RefundRequest(
            out_refund_no="R-1",
            refund_fen=1,
            total_fen=1500,
            out_trade_no=paid["out_trade_no"],
            notify_url=receiver.url,
        ),
    )
    sandbox.run(10)
    assert receiver.received == []

    payment, refund = (notice["id"] for notice in sandbox.notices())
    for notice_id in (refund, payment, payment):
        sandbox.control("pay-deliver", id=notice_id)

    events = [read(received).envelope.event_type for received in receiver.received]
    assert events == ["REFUND.SUCCESS", "TRANSACTION.SUCCESS", "TRANSACTION.SUCCESS"]


def test_what_was_held_goes_out_when_it_is_released(pay, sandbox, receiver):
    sandbox.control("pay-settings", hold_notices=True)
    pay()
    pay()

    sandbox.control("pay-settings", hold_notices=False)

    assert len(receiver.wait_for(2)) == 2


def test_the_clock_can_run_fast(pay, sandbox, receiver):
    receiver.statuses = [500]
    pay()
    receiver.wait_for(1)

    sandbox.control("clock-speed", factor=1000)

    assert len(receiver.wait_for(2)) == 2


def test_the_district_may_ask_while_it_answers(pay, shop, sandbox, receiver):
    seen, number = [], "PARK-ASKED"
    receiver.on_receipt = lambda: seen.append(
        orders.order_by_out_trade_no(shop, number).trade_state
    )
    receiver.statuses = [500]

    pay(out_trade_no=number)
    receiver.wait_for(1)
    sandbox.run(15)

    assert seen == ["SUCCESS", "SUCCESS"]


def test_time_that_runs_during_an_attempt_is_counted_from_its_end(pay, sandbox, receiver):
    begun, may_answer = Event(), Event()
    receiver.on_receipt = lambda: (begun.set(), may_answer.wait(5))
    receiver.statuses = [500]
    pay()
    assert begun.wait(5)

    with ThreadPoolExecutor() as pool:
        run = pool.submit(sandbox.run, 15)
        time.sleep(0.3)
        may_answer.set()
        run.result()

    assert len(receiver.received) == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("bad_signature", BadSignature),
        ("probe", SignatureProbe),
        ("stale", StaleTimestamp),
        ("unknown_serial", UnknownKey),
        ("certificate", UnknownKey),
        ("wrong_key", Undecryptable),
    ],
)
def test_a_wrong_notice_is_refused_and_the_right_one_follows(
    pay, sandbox, receiver, read, fault, error
):
    sandbox.trouble("notice", fault)
    receiver.statuses = [401]
    pay()
    # A probe is followed at once; everything else comes again, as it was not taken.
    receiver.wait_for(1)
    sandbox.run(15)

    wrong, good = receiver.wait_for(2)
    with pytest.raises(error) as refused:
        read(wrong)
    assert type(refused.value) is error
    assert read(good).content.total_fen == 1500
    assert sandbox.notices()[0]["is_taken"]


def test_a_wrong_amount_is_rightly_signed_and_found_by_asking(pay, shop, sandbox, receiver, read):
    sandbox.trouble("notice", "wrong_amount")
    paid = pay()

    content = read(receiver.wait_for(1)[0]).content

    assert content.total_fen == 1501
    assert orders.order_by_out_trade_no(shop, paid["out_trade_no"]).total_fen == 1500


def test_the_verifier_of_the_inbox_takes_what_the_sandbox_sends(pay, sandbox, receiver, settings):
    sandbox.configure(settings)
    settings.WECHAT_PAY_CERTIFICATES = True
    sandbox.trouble("notice", "certificate")
    pay()
    pay()

    verified = [pay_account.verify_pay_notice(*received) for received in receiver.wait_for(2)]

    assert {notice.notice_id for notice in verified} == {n["id"] for n in sandbox.notices()}
    assert verified[1].key_id.startswith("PUB_KEY_ID_SANDBOX")
    assert not verified[0].key_id.startswith("PUB_KEY_ID_")
    headers, body = receiver.received[0]
    with pytest.raises(NoticeRefused):
        pay_account.verify_pay_notice(headers, body + b" ")
