"""WeChat is told of every payment, by the same values, until it has them."""

from datetime import timedelta

import pytest

from district.kernel import attempts, clock
from loyalty.business_circle import openids
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.models import Authorization, MallPayment, PointsSync
from loyalty.business_circle.queries import sync_backlog, work_for_people
from loyalty.business_circle.retries import RETRIES
from tests.business_circle.conftest import refresh_authorizations, send_points_syncs
from tests.business_circle.mall_steps import authorize, fresh, member_of, note, paid, pay
from tests.factories.members import make_member
from tests.payments.bank_channel import WorkerKilled
from tests.race import race
from tests.wechat.fixtures import APPID


def pay_at_wechat(mall, store, person="alice", amount_fen=12_680):
    """A payment that WeChat knows and has reported."""
    payment = mall.control(
        "pay-mall-payment", person=person, amount_fen=amount_fen, shop_number=store.public_id
    )
    return pay(
        store,
        transaction_id=payment["transaction_id"],
        openid=mall.openid(person),
        amount_fen=amount_fen,
        paid_at=clock.instant(payment["time_end"]),
    )


def be_due(model=PointsSync):
    """As if the time of every back-off were over."""
    model.objects.update(next_attempt_at=clock.real_now() - timedelta(seconds=1))


def synced_at_wechat(mall):
    return {row["transaction_id"]: row for row in mall.documents("points")}


def test_what_was_earned_is_told_once_and_the_openid_forgotten(mall, store):
    make_member("alice", openid=mall.openid("alice"))
    payment = pay_at_wechat(mall, store)

    assert business_circle.send_points_syncs() == 1
    assert business_circle.send_points_syncs() == 0

    row = synced_at_wechat(mall)[payment.transaction_id]
    assert (row["earn_points"], row["increased_points"], row["total_points"]) == (True, 126, 126)
    assert (row["appid"], row["openid"]) == (APPID, mall.openid("alice"))
    assert fresh(payment).openid_sealed is None
    assert PointsSync.objects.get().synced_at is not None


def test_what_earned_nothing_is_told_with_the_reason(mall, store):
    payment = pay_at_wechat(mall, store)
    with clock.travel_to(payment.waits_until):
        business_circle.lapse_waiting_payments()

    business_circle.send_points_syncs()

    row = synced_at_wechat(mall)[payment.transaction_id]
    assert (row["earn_points"], row["increased_points"]) == (False, 0)
    assert row["no_points_remarks"] == "未在规定时间内入会"
    assert "total_points" not in row


def test_an_answer_that_was_lost_is_asked_for_again_by_the_same_values(mall, store):
    make_member("alice", openid=mall.openid("alice"))
    payment = pay_at_wechat(mall, store)
    mall.trouble("notify_points", "cut", times=3)

    business_circle.send_points_syncs()
    assert PointsSync.objects.get().synced_at is None
    assert payment.transaction_id in synced_at_wechat(mall)
    pay_at_wechat(mall, store, amount_fen=5_000)
    be_due()
    business_circle.send_points_syncs()

    assert PointsSync.objects.filter(synced_at=None).count() == 0
    # The balance has changed since; what is told has not.
    assert synced_at_wechat(mall)[payment.transaction_id]["total_points"] == 126


def test_a_wechat_that_is_down_is_asked_again_and_again(mall, store):
    make_member("alice", openid=mall.openid("alice"))
    pay_at_wechat(mall, store)
    mall.trouble("notify_points", "http", number=503, times=100)
    waits = []
    for _ in range(5):
        be_due()
        before = clock.real_now()
        business_circle.send_points_syncs()
        waits.append(round((PointsSync.objects.get().next_attempt_at - before).total_seconds()))

    assert waits == pytest.approx([15, 15, 30, 180, 600], abs=8)
    assert PointsSync.objects.get().set_aside_at is None
    mall.control("clear-faults")
    be_due()
    business_circle.send_points_syncs()
    sync = PointsSync.objects.get()
    assert (sync.attempts, sync.last_error) == (0, "")
    assert sync.synced_at is not None


def test_a_refusal_is_left_to_a_person_who_sends_it_again(mall, store):
    make_member("alice", openid=mall.openid("alice"))
    payment = pay(store, openid=mall.openid("alice"))  # WeChat does not know it
    for _ in range(3):
        be_due()
        business_circle.send_points_syncs()

    sync = PointsSync.objects.get()
    assert (sync.attempts, sync.last_error) == (3, "RESOURCE_NOT_EXISTS")
    assert sync.set_aside_at is not None
    assert work_for_people().syncs_set_aside == 1

    attempts.replay(PointsSync.objects.all())
    assert business_circle.send_points_syncs() == 1
    assert fresh(payment).openid_sealed is not None


def test_workers_that_die_with_it_are_counted(store, settings, monkeypatch):
    settings.WECHAT_PAY_MCHID = "1900000001"
    make_member("小林", openid="oLin-0001")
    pay(store)
    PointsSync.objects.update(attempts=RETRIES.max_attempts)
    monkeypatch.setattr(send_points_syncs, "notify_points", lambda *args: pytest.fail("sent"))

    business_circle.send_points_syncs()

    sync = PointsSync.objects.get()
    assert (sync.last_error, sync.set_aside_at is not None) == ("WorkerDied", True)


def test_a_lost_master_key_is_left_to_a_person(mall, store, settings):
    make_member("alice", openid=mall.openid("alice"))
    pay_at_wechat(mall, store)
    MallPayment.objects.update(master_version=99)

    business_circle.send_points_syncs()

    sync = PointsSync.objects.get()
    assert (sync.synced_at, sync.last_error) == (None, "Unsealable")


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_worker_that_dies_with_a_call_is_followed_by_another_one(mall, store, monkeypatch, where):
    make_member("alice", openid=mall.openid("alice"))
    payment = pay_at_wechat(mall, store)
    send = send_points_syncs.notify_points

    def die(client, update):
        if where == "after":
            send(client, update)
        raise WorkerKilled

    monkeypatch.setattr(send_points_syncs, "notify_points", die)
    with pytest.raises(WorkerKilled):
        business_circle.send_points_syncs()
    monkeypatch.setattr(send_points_syncs, "notify_points", send)
    assert business_circle.send_points_syncs() == 0  # its lease lasts
    be_due()
    assert business_circle.send_points_syncs() == 1

    assert list(synced_at_wechat(mall)) == [payment.transaction_id]
    assert PointsSync.objects.get().synced_at is not None


def test_a_backlog_is_counted(store, settings):
    make_member("小林", openid="oLin-0001")
    with clock.travel_to(clock.now() - timedelta(hours=1)):
        pay(store)
    pay(store)

    backlog = sync_backlog()

    assert (backlog.waiting, backlog.late, backlog.set_aside_count) == (2, 1, 0)


def test_without_a_merchant_nobody_is_asked(store, settings):
    settings.WECHAT_PAY_MCHID = ""
    pay(store)

    assert business_circle.send_points_syncs() == 0
    assert business_circle.refresh_authorizations() == 0


def test_a_withdrawn_authorisation_is_found_by_asking(mall, database):
    mall.control("pay-mall-authorize", person="alice")
    authorize(mall.openid("alice"))
    assert business_circle.refresh_authorizations() == 0  # asked in a week
    be_due(Authorization)
    assert business_circle.refresh_authorizations() == 1
    assert Authorization.objects.get().state == "authorized"

    mall.control("pay-mall-withdraw", person="alice")
    be_due(Authorization)
    business_circle.refresh_authorizations()

    row = Authorization.objects.get()
    assert (row.state, row.withdrawn_at is not None) == ("withdrawn", True)
    be_due(Authorization)
    assert business_circle.refresh_authorizations() == 0


def test_a_notice_that_came_while_we_asked_is_newer_than_the_answer(mall, database, monkeypatch):
    openid = mall.openid("alice")
    authorize(openid)
    be_due(Authorization)
    ask = refresh_authorizations.authorization_of

    def ask_slowly(*args, **terms):
        found = ask(*args, **terms)
        authorize(openid, at=clock.now() + timedelta(seconds=1))
        return found

    monkeypatch.setattr(refresh_authorizations, "authorization_of", ask_slowly)
    business_circle.refresh_authorizations()

    assert Authorization.objects.get().state == "authorized"


def test_a_question_that_breaks_off_stops_no_other(mall, database, monkeypatch):
    for person in ("alice", "bob"):
        authorize(mall.openid(person))
    be_due(Authorization)
    ask = refresh_authorizations.authorization_of

    def stumble(*args, openid, **terms):
        if openid == mall.openid("alice"):
            raise RuntimeError
        return ask(*args, openid=openid, **terms)

    monkeypatch.setattr(refresh_authorizations, "authorization_of", stumble)
    assert business_circle.refresh_authorizations() == 2

    rows = Authorization.objects.order_by("pk")
    assert [(row.attempts, row.asked_at is None) for row in rows] == [(1, True), (0, False)]


def test_a_question_that_fails_is_asked_again(mall, database):
    authorize(mall.openid("alice"))
    mall.trouble("query_authorization", "http", number=500, times=10)
    be_due(Authorization)

    business_circle.refresh_authorizations()

    row = Authorization.objects.get()
    assert (row.state, row.attempts, row.asked_at) == ("authorized", 1, None)


class TestRaces:
    @pytest.fixture
    def database(self, real_db):
        return real_db

    def test_workers_at_once_send_each_sync_once(self, member, store, settings, monkeypatch):
        settings.WECHAT_PAY_MCHID = "1900000001"
        sent = []
        monkeypatch.setattr(send_points_syncs, "pay_client", lambda: None)
        monkeypatch.setattr(
            send_points_syncs,
            "notify_points",
            lambda _client, update: sent.append(update.transaction_id),
        )
        payments = [note(paid(store, amount_fen=10_000 + number)) for number in range(12)]

        counts = race(*[business_circle.send_points_syncs] * 4)

        assert sum(counts) == 12
        assert sorted(sent) == sorted(payment.transaction_id for payment in payments)

    def test_a_change_of_keys_while_wechat_is_told_leaves_no_openid(
        self, member, store, settings, monkeypatch
    ):
        settings.WECHAT_PAY_MCHID = "1900000001"
        monkeypatch.setattr(send_points_syncs, "pay_client", lambda: None)
        monkeypatch.setattr(send_points_syncs, "notify_points", lambda _client, _update: None)
        for number in range(8):
            note(paid(store, amount_fen=10_000 + number))
        version = openids.newest_master_version()
        settings.MASTER_KEYS = {version + 1: bytes(range(32)), **settings.MASTER_KEYS}

        outcomes = race(
            business_circle.send_points_syncs,
            business_circle.reseal_openids,
            business_circle.reseal_openids,
        )

        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert MallPayment.objects.exclude(openid_sealed=None).count() == 0
        assert member_of() == member
