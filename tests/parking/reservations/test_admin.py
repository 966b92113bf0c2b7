"""Reservations as people of the back office see and move them."""

import re
from datetime import timedelta

import pytest

from district.kernel import clock
from parking import services as parking
from parking.models import (
    Bay,
    CarPark,
    CarParkClosing,
    NoShowContest,
    PlateDispute,
    PlateLookup,
    PoolSlot,
    Reservation,
    ReservationPolicy,
    Vehicle,
)
from parking.queries.vehicles import plate_of
from tests.admin.action_forms import act, form_values, text_of
from tests.admin.two_merchants import signed_in
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import make_clerk, make_merchant
from tests.factories.parking import (
    fresh_key,
    make_car_park,
    make_feed,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)
from tests.factories.stays import make_stay

pytestmark = pytest.mark.django_db
BASE = "/admin/parking"
BOARD = "/admin/desks/parking-board/"


@pytest.fixture
def operator():
    return signed_in(make_operator())


@pytest.fixture
def pool(merchant):
    return make_reservable_pool(2, car_park=make_car_park(merchant))


def client_of(role, merchant):
    return signed_in(make_clerk(merchant=merchant, role=role).user)


def board_of(client, **parameters):
    return client.get(BOARD, parameters).content.decode()


def test_the_board_shows_each_quarter_with_its_number_and_who_holds_it(merchant, pool):
    owner = client_of("owner", merchant)
    made = make_reservation(pool)
    PoolSlot.objects.filter(pool=pool, starts_at=made.starts_at).update(
        capacity=1, reserved=1, over_by=1
    )
    day = f"{made.starts_at.astimezone(clock.SHANGHAI):%Y-%m-%d}"

    page = board_of(owner, day=day)
    cells = re.findall(r'<td class="p-(\w+)[^"]*"><a href="([^"]*)">([\d/]+)', page)
    assert {(tone, text) for tone, _url, text in cells} >= {
        ("quiet", "0/2"),
        ("good", "1/2"),
        ("bad", "1/0"),
    }
    assert "超 1" in page
    url = next(url for _tone, url, text in cells if text == "1/0").replace("&amp;", "&")
    held = owner.get(BOARD + url).content.decode()
    assert made.public_id in held
    PoolSlot.objects.filter(pool=pool, starts_at=made.starts_at).update(over_by=0, capacity=2)


def test_the_board_is_of_the_own_car_parks(merchant, pool):
    make_reservable_pool(car_park=make_car_park(name="别家停车场"))

    assert "别家停车场" not in board_of(client_of("manager", merchant))
    assert client_of("cashier", merchant).get(BOARD).status_code == 403
    assert "还没有接受预约的停车场" in board_of(client_of("owner", make_merchant()))
    for day in ("x", "9999-12-31", "0001-01-01"):
        assert pool.car_park.name in board_of(
            client_of("owner", merchant), day=day, at="x", pool="x"
        )


def test_the_board_opens_at_a_car_park_that_is_open(merchant, pool):
    make_reservable_pool(car_park=make_car_park(merchant, name="一号旧停车楼"))
    CarPark.objects.filter(name="一号旧停车楼").update(state="closed", closed_at=clock.now())
    page = board_of(client_of("owner", merchant))

    assert page.index(pool.car_park.name) < page.index("一号旧停车楼")


def test_a_reservation_is_cancelled_moved_or_noted_as_arrived(merchant, pool):
    manager = client_of("manager", merchant)
    other = make_reservable_pool(car_park=make_car_park(merchant))
    foreign = make_reservable_pool()
    first, second = (make_reservation(pool) for _ in range(2))

    page = f"{BASE}/reservation/{first.pk}"
    assert plate_of(first.vehicle) not in text_of(manager.get(f"{page}/change/"))
    refused = manager.post(
        f"{page}/relocate/",
        form_values(manager.get(f"{page}/relocate/")) | {"pool": foreign.pk, "reason": "x"},
    )
    assert refused.status_code == 422
    act(manager, f"{page}/relocate/", pool=other.pk, reason="设备检修")
    act(manager, f"{BASE}/reservation/{second.pk}/cancel/", reason="设备检修")
    for row in (first, second):
        row.refresh_from_db()
    assert [first.state, second.state] == ["relocated", "cancelled"]
    assert first.relocated_to.pool == other

    soon = make_reservation(other, window=window_in(0.25))
    act(manager, f"{BASE}/reservation/{soon.pk}/arrival/")
    soon.refresh_from_db()
    assert soon.state == "arrived"
    stranger = client_of("owner", make_merchant())
    assert stranger.get(f"{BASE}/reservation/{soon.pk}/change/").status_code == 404


def test_a_contest_is_decided_with_what_the_gates_read_beside_it(merchant, pool):
    manager, made = client_of("manager", merchant), make_reservation(pool)
    with clock.travel_to(made.late_until):
        parking.end_due_reservations()
    parking.contest_no_show(reservation=made, statement="九点已到")

    page = f"{BASE}/noshowcontest/{made.pk}"
    assert "闸机没有识别到该车牌" in text_of(manager.get(f"{page}/accept/"))
    act(manager, f"{page}/accept/", note="看过录像")
    assert NoShowContest.objects.get().state == "accepted"
    assert "待处理" not in text_of(manager.get(f"{page}/change/"))


def test_a_dispute_shows_both_sides_and_is_decided_by_the_districts_operator(operator, merchant):
    holder, claimant = make_vehicle(), make_member()
    dispute = parking.dispute_plate(
        member=claimant, plate=plate_of(holder), statement="我的车", key=fresh_key()
    )
    page = f"{BASE}/platedispute/{dispute.pk}"
    answer = text_of(operator.get(f"{page}/change/"))
    assert holder.member.public_id in answer
    assert claimant.public_id in answer

    act(operator, f"{page}/uphold/", note="看过行驶证原件")
    assert PlateDispute.objects.get().state == "upheld"
    assert Vehicle.objects.get(removed_at=None).member == claimant
    assert client_of("owner", merchant).get(f"{page}/change/").status_code in {403, 404}


def test_papers_of_a_plate_are_verified(operator):
    vehicle = make_vehicle()

    act(operator, f"{BASE}/vehicle/{vehicle.pk}/verify/", note="行驶证原件")

    vehicle.refresh_from_db()
    assert vehicle.verified_at is not None


def test_terms_and_numbered_bays_are_set_on_the_car_park(merchant, pool):
    manager = client_of("manager", merchant)
    page = f"{BASE}/carpark/{pool.car_park_id}"

    terms = form_values(manager.get(f"{page}/policy/"))
    act(manager, f"{page}/policy/", **terms | {"deposit_fen": "12.50", "late_minutes": "45"})
    act(manager, f"{page}/bays/", pool=pool.pk, numbers="E01，E02\nE01")

    policy = ReservationPolicy.objects.get(car_park=pool.car_park)
    assert (policy.deposit_fen, policy.late_minutes, policy.early_minutes) == (1_250, 45, 30)
    assert list(Bay.objects.values_list("number", flat=True).order_by("pk")) == ["E01", "E02"]
    answer = text_of(manager.get(f"{page}/change/"))
    assert "¥12.50" in answer
    assert "E01、E02" in answer


def test_closing_shows_first_where_each_reservation_goes(operator, merchant, pool):
    other = make_reservable_pool(1, car_park=make_car_park(merchant, name="北区停车楼"))
    rows = [make_reservation(pool, window=window_in(3)) for _ in range(2)]
    page = f"{BASE}/carpark/{pool.car_park_id}/close/"

    answer = operator.post(page, form_values(operator.get(page)))
    text = text_of(answer)
    assert "北区停车楼" in text
    assert Reservation.objects.filter(state="confirmed").count() == 2
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', answer.content.decode())[1]
    assert operator.post(page, form_values(answer) | {"seen": seen}).status_code == 302
    parking.close_out_car_parks()

    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == ["relocated", "cancelled"]
    assert rows[0].relocated_to.pool == other
    closing = CarParkClosing.objects.get()
    listed = text_of(
        client_of("manager", merchant).get(f"{BASE}/carparkclosing/{closing.pk}/change/")
    )
    assert "已改派" in listed
    assert "已取消，定金退回" in listed


def test_who_looks_a_plate_up_says_why_and_is_seen(merchant):
    manager, owner = client_of("manager", merchant), client_of("owner", merchant)
    stay = make_stay(_gated(merchant))
    make_stay(_gated(make_merchant()))

    page = f"{BASE}/stay/search-plate/"
    asked = form_values(manager.get(page)) | {"plate": "浙a·12345"}
    assert manager.post(page, asked).status_code == 422
    found = manager.post(page, asked | {"reason": "车主报失"}).content.decode()
    assert found.count("浙A***45") == 1
    assert stay.public_id in found
    page = f"{BASE}/stay/{stay.pk}/reveal/"
    answer = manager.post(page, form_values(manager.get(page)) | {"reason": "客诉 17"})
    assert "浙A12345" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]

    kinds = PlateLookup.objects.order_by("pk").values_list("kind", "found", "reason")
    assert list(kinds) == [("search", 1, "车主报失"), ("reveal", 1, "客诉 17")]
    assert "客诉 17" in text_of(owner.get(f"{BASE}/platelookup/"))
    assert manager.get(f"{BASE}/platelookup/").status_code == 403
    assert "客诉 17" not in text_of(client_of("owner", make_merchant()).get(f"{BASE}/platelookup/"))


def test_look_ups_are_forgotten_after_a_year(merchant):
    with clock.travel_to(clock.real_now() - timedelta(days=370)):
        parking.search_plate(
            plate="浙A12345",
            reason="客诉",
            merchant=merchant,
            by=make_clerk(merchant=merchant).user,
        )
    assert parking.purge_lookups() == 1


def _gated(merchant):
    return make_car_park(feed=make_feed(merchant))
