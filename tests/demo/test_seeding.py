import pytest
from django.contrib.auth import authenticate
from django.test import override_settings

from coupons.models import Coupon
from district.demo.errors import SeedingRefused
from district.demo.models import Seeding
from district.demo.plan.postings import PlannedPurchase, PlannedReversal, PlannedSpending
from district.demo.seeding import seed
from district.kernel.invariants import offences
from district.members.queries import member_by_public_id
from district.merchants.models import Merchant, Store
from district.merchants.queries import till_for
from loyalty.queries import balance_of, clearing
from loyalty.services import sweep_accounts
from tests.demo import database_totals
from tests.demo.conftest import LAST_DAY, SCALE, NoProgress
from tests.factories.merchants import make_merchant


def count_of(plan, kind):
    return sum(isinstance(posting, kind) for posting in plan.postings)


def test_the_ledger_holds_what_the_plan_foresaw(district):
    year = district.year

    assert year.receipts == count_of(district.plan, PlannedPurchase)
    assert year.transfers["spend"] == count_of(district.plan, PlannedSpending)
    assert year.transfers["reverse_earn"] + year.transfers["reverse_spend"] == count_of(
        district.plan, PlannedReversal
    )
    assert {
        "earned": year.points["earn"] - year.points["reverse_earn"],
        "spent": year.points["spend"] - year.points["reverse_spend"],
        "expired": year.points["expire"],
        "available": year.available,
    } == district.plan.points
    assert list(offences()) == []


def test_the_lanes_of_the_year_share_no_counters(district):
    assert district.year.counters == 0


def test_every_posting_happened_while_its_merchant_was_in_the_alliance(district):
    strangers = database_totals.rows(
        "select count(*) from loyalty_transfer t where t.merchant_id is not null and not exists"
        " (select from merchants_alliancemembership a"
        "  where a.merchant_id = t.merchant_id and a.period @> t.at)"
    )

    assert strangers == [(0,)]


def test_spendings_stand_on_visits_and_leave_merchants_something_to_clear(district):
    assert district.year.visits == count_of(district.plan, PlannedSpending)
    assert len(clearing()) > 10


def test_a_second_run_returns_at_once_and_changes_nothing(district):
    before, rows, logins = database_totals.digest(), database_totals.row_counts(), district.logins

    seed(meter=NoProgress())
    seed(meter=NoProgress(), scale=SCALE, last_day=LAST_DAY)

    assert (database_totals.digest(), database_totals.row_counts(), district.logins) == (
        before,
        rows,
        logins,
    )


def test_another_kind_of_district_is_refused_and_changes_nothing(district):
    rows = database_totals.row_counts()

    with pytest.raises(SeedingRefused):
        seed(meter=NoProgress(), scale=0.5)

    assert database_totals.row_counts() == rows


def test_the_logins_open_what_they_say_and_nobody_else_reads_them(district):
    logins = district.logins
    operator = authenticate(**logins["operator"])
    clerks = {
        (clerk["role"], clerk["merchant"]): authenticate(
            username=clerk["username"], password=clerk["password"]
        )
        for clerk in logins["clerks"]
    }

    assert district.mode_of_logins == 0o600
    assert operator is not None
    assert operator.is_superuser
    assert {role for role, _ in clerks} == {"owner", "manager", "cashier", "finance"}
    for (role, merchant), user in clerks.items():
        assert user is not None
        post = user.posts.get(ended_at=None)
        assert (post.role, post.merchant.name) == (role, merchant)
    for till in logins["tills"]:
        assert list(till_for(till["key"]).stores) == [till["store"]]
    assert len({till["merchant"] for till in logins["tills"]}) == 2
    for shopper in logins["shoppers"]:
        member = member_by_public_id(shopper["member"])
        assert member is not None
        assert balance_of(member).available == shopper["points"]


def test_a_shopper_of_the_demo_signs_in_through_the_sandbox_and_finds_a_year_of_points(
    district, wechat, client
):
    code = wechat.login_code("demo-1")
    login = district.logins["shoppers"][0]

    answer = client.post(
        "/api/v1/session",
        data={"code": code},
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY="demo",
    )

    token = answer.json()["token"]
    points = client.get("/api/v1/me/points", HTTP_AUTHORIZATION=f"Bearer {token}").json()
    assert answer.status_code == 201
    assert points["available"] == login["points"] > 0


def test_logins_that_were_lost_are_given_anew(district):
    old = district.logins
    (district.data / "demo_logins.json").unlink()

    seed(meter=NoProgress())

    new = district.logins
    assert authenticate(**old["operator"]) is None
    assert str(authenticate(**new["operator"])) == "运营管理员"
    assert [till["store"] for till in new["tills"]] == [till["store"] for till in old["tills"]]
    assert till_for(new["tills"][0]["key"]).merchant.name == new["tills"][0]["merchant"]


@pytest.mark.slow
def test_a_sweep_by_todays_clock_in_the_middle_of_the_year_changes_nothing(new_database):
    """Beat runs beside the seeding; the points it takes are those no later act counts on."""

    class SweepingProgress(NoProgress):
        swept = 0

        def step(self, steps=1):
            self.swept += sweep_accounts()

    meter = SweepingProgress()
    with new_database():
        last_day = seed(meter=meter, scale=SCALE).last_day
        swept = database_totals.digest()
        assert list(offences()) == []
    with new_database():
        seed(meter=NoProgress(), scale=SCALE, last_day=last_day)
        undisturbed = database_totals.digest()

    assert meter.swept > 0
    assert swept == undisturbed


@pytest.mark.parametrize("unfit", [{"PRODUCTION": True}, {"WECHAT_APPID": ""}])
def test_production_and_a_district_without_wechat_are_refused(empty_database, unfit):
    with override_settings(**unfit), pytest.raises(SeedingRefused):
        seed(meter=NoProgress(), scale=SCALE)

    assert not Merchant.objects.exists()
    assert not Seeding.objects.exists()


def test_a_database_with_merchants_of_its_own_is_refused(empty_database):
    make_merchant(name="自家")

    with pytest.raises(SeedingRefused):
        seed(meter=NoProgress(), scale=SCALE)

    assert not Store.objects.exists()
    assert not Seeding.objects.exists()


def test_campaigns_are_being_given_out_and_the_first_wallets_hold_something(district):
    published = database_totals.rows(
        "select count(*) from coupons_templateversion where state = 'published'"
    )

    assert published == [(6,)]
    for shopper in district.logins["shoppers"]:
        member = member_by_public_id(shopper["member"])
        assert Coupon.objects.filter(member=member, state="live").exists()
