"""The register and feeds as people of the back office keep them."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from parking.admin.layout_text import (
    format_entrances,
    format_floors,
    parse_entrances,
    parse_floors,
)
from parking.health_warnings import silent_feeds_warning
from parking.models import CarPark, CarParkImport, FeedKey, OccupancyFeed
from parking.queries.feeds import feed_for
from tests.admin.action_forms import act, form_values, text_of
from tests.admin.two_merchants import signed_in
from tests.factories.members import make_operator
from tests.factories.merchants import make_clerk, make_merchant
from tests.factories.parking import make_car_park, make_feed, make_pool, report
from tests.parking.test_import import collection, site

pytestmark = pytest.mark.django_db
CAR_PARKS, FEEDS = "/admin/parking/carpark/", "/admin/parking/occupancyfeed/"


@pytest.fixture
def operator():
    return signed_in(make_operator())


def client_of(role, merchant):
    return signed_in(make_clerk(merchant=merchant, role=role).user)


def page_of(client, row, base=CAR_PARKS):
    return text_of(client.get(f"{base}{row.pk}/change/"))


def test_an_operator_registers_a_car_park_and_sees_what_is_missing(operator, merchant):
    act(
        operator,
        f"{CAR_PARKS}add/",
        merchant=merchant.pk,
        name="湖滨停车场",
        latitude="30.254321",
        longitude="120.164321",
        coordinate_system="gcj02",
        height_limit_cm="210",
    )

    car_park = CarPark.objects.get()
    assert (car_park.merchant, car_park.height_limit_cm) == (merchant, 210)
    page = page_of(operator, car_park)
    for words in ("还没有设置车位数", "还没有设置出入口", "还没有设置楼层", "还没有设置开放时间"):
        assert words in page


def test_half_a_position_is_named_on_the_form(operator, merchant):
    answer = act(
        operator,
        f"{CAR_PARKS}add/",
        merchant=merchant.pk,
        name="湖滨停车场",
        latitude="30",
        coordinate_system="gcj02",
    )

    assert "纬度与经度须同时填写" in text_of(answer)
    assert not CarPark.objects.exists()


def test_a_manager_sets_bays_hours_layout_and_feed_of_the_own_car_park(car_park, feed):
    client = client_of("manager", car_park.merchant)
    address = f"{CAR_PARKS}{car_park.pk}/"

    act(client, f"{address}pool/", bay_class="ev", capacity="20", reservable_capacity="5")
    act(client, f"{address}hours/", day_4="18:00-02:00")
    act(client, f"{address}layout/", floors="B2：A区、B区\nB1", entrances="东口，入，2.1")
    act(client, f"{address}feed/", feed="")

    page = page_of(client, car_park)
    for words in ("充电车位 20 5", "18:00-02:00", "A区、B区", "东口 入口 210"):
        assert words in page
    car_park.refresh_from_db()
    assert car_park.feed is None


def test_more_reservable_bays_than_bays_are_named_on_the_form(operator, car_park):
    answer = act(
        operator,
        f"{CAR_PARKS}{car_park.pk}/pool/",
        bay_class="ev",
        capacity="5",
        reservable_capacity="6",
    )

    assert "可预约车位数不能多于车位数" in text_of(answer)


@pytest.mark.parametrize("action", ["pool", "hours", "layout", "feed", "edit", "close"])
def test_a_cashier_only_looks(car_park, action):
    client = client_of("cashier", car_park.merchant)

    assert car_park.name in page_of(client, car_park)
    assert client.get(f"{CAR_PARKS}{car_park.pk}/{action}/").status_code == 403


def test_anothers_car_park_is_not_there(car_park):
    client = client_of("owner", make_merchant())

    assert client.get(f"{CAR_PARKS}{car_park.pk}/change/").status_code == 404
    assert client.get(f"{CAR_PARKS}{car_park.pk}/pool/").status_code == 404
    assert car_park.name not in text_of(client.get(CAR_PARKS))


def test_a_file_is_imported_and_its_problems_stand_on_the_page(operator, merchant):
    file = SimpleUploadedFile("sites.json", collection(site(), site(name="")))

    answer = act(
        operator,
        f"{CAR_PARKS}import/",
        merchant=merchant.pk,
        source="city",
        format_name="parkapi",
        file=file,
    )

    done = CarParkImport.objects.get()
    assert answer["Location"].endswith(f"/carparkimport/{done.pk}/change/")
    page = page_of(operator, done, "/admin/parking/carparkimport/")
    assert "2 p-1 name 缺失" in page
    assert (done.created, done.refused) == (1, 1)


@pytest.mark.parametrize(("megabytes", "words"), [(9, "不是 JSON"), (11, "文件最大 10 MB")])
def test_a_file_of_some_megabytes_is_read_and_a_huge_one_is_named(
    operator, merchant, megabytes, words
):
    answer = act(
        operator,
        f"{CAR_PARKS}import/",
        merchant=merchant.pk,
        source="city",
        format_name="parkapi",
        file=SimpleUploadedFile("sites.json", b"[" + b" " * megabytes * 2**20),
    )

    assert words in text_of(answer)


def test_a_file_that_is_none_is_named_on_the_form(operator, merchant):
    answer = act(
        operator,
        f"{CAR_PARKS}import/",
        merchant=merchant.pk,
        source="city",
        format_name="parkapi",
        file=SimpleUploadedFile("sites.json", b"{}"),
    )

    assert "无法读取文件" in text_of(answer)


def test_an_owner_registers_a_feed_and_its_key_is_shown_once(merchant):
    client = client_of("owner", merchant)
    act(
        client,
        f"{FEEDS}add/",
        merchant=merchant.pk,
        name="车牌识别",
        interval_minutes="5",
        fresh_minutes="10",
        stale_minutes="30",
    )
    feed = OccupancyFeed.objects.get()
    answer = act(client, f"{FEEDS}{feed.pk}/issue-key/")

    secret = re.search(r"pf_\w+_\w+", answer.content.decode()).group()
    assert feed_for(secret) == feed
    assert secret not in client.get(f"{FEEDS}{feed.pk}/change/").content.decode()
    key = FeedKey.objects.get()
    act(client, f"/admin/parking/feedkey/{key.pk}/revoke/")
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_feed_is_fresh_before_it_is_stale(merchant, operator):
    answer = act(
        operator,
        f"{FEEDS}add/",
        merchant=merchant.pk,
        name="车牌识别",
        interval_minutes="5",
        fresh_minutes="30",
        stale_minutes="30",
    )

    assert "上报间隔 ≤ 实时期限 &lt; 过时期限" in answer.content.decode()


def test_the_page_of_a_feed_shows_gaps_and_what_was_refused(operator, pool, feed):
    now = timezone.now()
    report(pool, 40, measured_at=now - timedelta(hours=5))
    report(pool, 107, measured_at=now - timedelta(hours=2))
    report(pool, 1, measured_at=now - timedelta(hours=3))

    page = page_of(operator, feed, FEEDS)
    assert "中断" in page
    # From half an hour after the first reading to the next, and from half an hour after that until now.
    assert re.search(r"\b150\b.*\b90\b|\b90\b.*\b150\b", page)
    assert "早于最新读数" in page
    assert "107 / 100" in page


def test_a_silent_feed_of_a_car_park_in_use_is_a_warning(pool, feed):
    assert silent_feeds_warning() == ""
    report(pool, 40, measured_at=timezone.now() - timedelta(minutes=31))
    assert feed.public_id in silent_feeds_warning()

    report(pool, 40)
    assert silent_feeds_warning() == ""


def test_a_feed_that_never_reported_is_no_warning():
    make_pool(make_car_park(feed=make_feed()))

    assert silent_feeds_warning() == ""


def test_floors_and_entrances_are_read_as_they_are_written(operator, car_park):
    floors, entrances = "B2：A区、B区\nB1", "东口，入，2.10\n西口，出入"
    act(operator, f"{CAR_PARKS}{car_park.pk}/layout/", floors=floors, entrances=entrances)

    assert format_floors(car_park.floors.all()) == floors
    assert format_entrances(car_park.entrances.all()) == entrances
    assert parse_floors(" B1 : A , B \n\n")[0].zone_names == ("A", "B")
    assert parse_entrances("南口")[0].kind == "both"


@pytest.mark.parametrize("line", ["东口，上", "东口，入，高", "东口，入，2.1，3"])
def test_an_entrance_written_otherwise_is_named(operator, car_park, line):
    answer = act(operator, f"{CAR_PARKS}{car_park.pk}/layout/", floors="", entrances=line)

    assert "请写成" in text_of(answer)
    assert not car_park.entrances.exists()


def test_of_two_who_change_the_feed_the_second_is_shown_what_the_first_chose(
    operator, car_park, feed
):
    address = f"{CAR_PARKS}{car_park.pk}/feed/"
    other = make_feed(feed.merchant)
    mine = form_values(operator.get(address)) | {"feed": ""}
    assert operator.post(address, form_values(operator.get(address)) | {"feed": other.pk})

    refused = operator.post(address, mine)

    assert refused.status_code == 409
    car_park.refresh_from_db()
    assert car_park.feed == other
