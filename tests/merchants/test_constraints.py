"""Every promise of the tables, asked of the database itself."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.utils import DataError

from district.members.models import User
from district.merchants.models import (
    AllianceMembership,
    Clerk,
    ClerkStore,
    Merchant,
    OpeningHours,
    Store,
    TillKey,
    TillKeyStore,
    Trade,
    Venue,
    Visit,
)
from tests.factories.merchants import (
    LONG_AGO,
    make_clerk,
    make_hours,
    make_membership,
    make_merchant,
    make_store,
    make_trade,
    make_venue,
    visit_of,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def refused(constraint):
    return pytest.raises(IntegrityError, match=constraint)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"name": ""}, "venue_named"),
        ({"kind": "market"}, "venue_of_known_kind"),
        ({"floors": ["1F", ""]}, "venue_floors_named"),
        ({"latitude": 30}, "venue_placed_on_earth_or_not_at_all"),
        ({"latitude": 91, "longitude": 120}, "venue_placed_on_earth_or_not_at_all"),
    ],
)
def test_a_venue_is_named_of_a_kind_and_somewhere(change, constraint):
    make_venue()

    with refused(constraint):
        Venue.objects.update(**change)


@pytest.mark.parametrize("code", ["", "Cafe", "1st", "咖啡", "a-b"])
def test_a_trades_code_is_a_word(code):
    make_trade()

    with refused("trade_code_is_a_word"):
        Trade.objects.update(code=code)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"name": ""}, "merchant_named"),
        ({"uscc": "91330100MA27XYZ12"}, "merchant_uscc_of_eighteen"),
        ({"uscc": "91330100MA27XYZ1I0"}, "merchant_uscc_of_eighteen"),
        ({"state": "suspended"}, "merchant_suspended_iff_dated"),
        ({"suspended_at": LONG_AGO}, "merchant_suspended_iff_dated"),
        ({"suspended_for": "投诉"}, "merchant_suspended_iff_dated"),
        ({"state": "asleep"}, "merchant_suspended_iff_dated"),
    ],
)
def test_a_merchant_is_named_and_suspended_only_with_a_date(change, constraint):
    make_merchant()

    with refused(constraint):
        Merchant.objects.update(**change)


def test_a_credit_code_belongs_to_one_merchant():
    make_merchant(uscc="91330100MA27XYR123")

    with refused("uscc"):
        make_merchant(uscc="91330100MA27XYR123")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"name": ""}, "store_named"),
        ({"state": "closed"}, "store_closed_iff_dated"),
        ({"closed_at": LONG_AGO}, "store_closed_iff_dated"),
        ({"state": "moved"}, "store_closed_iff_dated"),
    ],
)
def test_a_store_is_named_and_closed_only_with_a_date(change, constraint):
    make_store()

    with refused(constraint):
        Store.objects.update(**change)


@pytest.mark.parametrize(
    ("hours", "constraint"),
    [
        ({"weekday": 7}, "hours_on_a_weekday"),
        ({"opens_minute": 1440, "closes_minute": 1500}, "hours_open_on_their_day"),
        ({"opens_minute": 600, "closes_minute": 600}, "hours_open_on_their_day"),
        ({"opens_minute": 600, "closes_minute": 2881}, "hours_open_on_their_day"),
    ],
)
def test_hours_open_on_their_day_and_close_by_the_next(hours, constraint):
    make_hours()

    with refused(constraint):
        OpeningHours.objects.update(**hours)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((0, 600, 1320), (0, 1200, 1380)),
        ((0, 600, 1560), (1, 60, 600)),
        ((6, 1200, 1560), (0, 60, 600)),
        ((0, 60, 600), (6, 1200, 1560)),
    ],
    ids=["same day", "into the next day", "Sunday night into Monday", "Monday first"],
)
def test_hours_of_a_store_never_overlap(first, second):
    store = make_store()
    columns = ("weekday", "opens_minute", "closes_minute")
    make_hours(store=store, **dict(zip(columns, first, strict=True)))

    with refused("hours_never_overlap_in_a_store"):
        make_hours(store=store, **dict(zip(columns, second, strict=True)))


def test_hours_may_touch_and_two_stores_may_open_together():
    store = make_store()
    make_hours(store=store, weekday=6, opens_minute=1200, closes_minute=1500)

    make_hours(store=store, weekday=0, opens_minute=60, closes_minute=600)
    make_hours(weekday=6, opens_minute=1200, closes_minute=1500)

    assert OpeningHours.objects.count() == 3


def test_a_form_says_politely_that_hours_overlap():
    held = make_hours(weekday=6, opens_minute=1200, closes_minute=1560)
    clash = OpeningHours(store=held.store, weekday=0, opens_minute=60, closes_minute=600)
    fine = OpeningHours(store=held.store, weekday=0, opens_minute=120, closes_minute=600)

    fine.full_clean()
    with pytest.raises(ValidationError, match="营业时间互相重叠"):
        clash.full_clean()


def test_a_merchant_is_in_the_alliance_once_at_a_time():
    member = make_membership(period=DateTimeTZRange(LONG_AGO, LONG_AGO + 10 * DAY))

    with refused("alliance_one_membership_at_a_time"), transaction.atomic():
        make_membership(
            merchant=member.merchant,
            period=DateTimeTZRange(LONG_AGO + 9 * DAY, None),
        )
    make_membership(merchant=member.merchant, period=DateTimeTZRange(LONG_AGO + 10 * DAY, None))
    make_membership(period=DateTimeTZRange(LONG_AGO, None))

    assert AllianceMembership.objects.count() == 3


@pytest.mark.parametrize(
    "period",
    [
        DateTimeTZRange(None, LONG_AGO),
        DateTimeTZRange(LONG_AGO, LONG_AGO),
        DateTimeTZRange(LONG_AGO, None, "()"),
        DateTimeTZRange(LONG_AGO, LONG_AGO + DAY, "[]"),
    ],
)
def test_a_membership_begins_and_its_end_is_not_part_of_it(period):
    with refused("alliance_period_has_a_beginning_and_excludes_its_end"):
        make_membership(period=period)


def test_a_person_holds_one_live_post():
    post = make_clerk()

    with refused("clerk_one_live_post_per_user"), transaction.atomic():
        make_clerk(user=post.user)
    Clerk.objects.update(ended_at=post.appointed_at)
    make_clerk(user=post.user)

    assert Clerk.objects.filter(user=post.user).count() == 2


def test_a_post_ends_after_it_began_in_a_known_role():
    post = make_clerk()

    with refused("clerk_ends_after_it_began"), transaction.atomic():
        Clerk.objects.update(ended_at=post.appointed_at - DAY)
    with refused("clerk_in_a_known_role"):
        Clerk.objects.update(role="boss")


def test_a_shopper_never_holds_a_post(member):
    with refused("clerk_user_is_staff"), transaction.atomic():
        make_clerk(user=member.user)
    with refused("clerk_is_staff"):
        make_clerk(user=member.user, user_kind=User.Kind.SHOPPER)


def test_a_clerk_is_limited_to_stores_of_the_own_merchant_only():
    post, foreign = make_clerk(), make_store()

    with refused("clerk_limited_to_own_stores_only"), transaction.atomic():
        ClerkStore.objects.create(clerk=post, store=foreign, merchant=post.merchant)
    with refused("clerk_limit_stays_with_its_merchant"):
        ClerkStore.objects.create(clerk=post, store=foreign, merchant=foreign.merchant)


def test_a_till_key_opens_stores_of_the_own_merchant_only(till):
    foreign = make_store()

    with refused("till_key_opens_own_stores_only"), transaction.atomic():
        TillKeyStore.objects.create(till_key_id=till.key_id, store=foreign, merchant=till.merchant)
    with refused("till_key_scope_stays_with_its_merchant"):
        TillKeyStore.objects.create(
            till_key_id=till.key_id, store=foreign, merchant=foreign.merchant
        )


def test_a_store_with_a_till_key_stays_with_its_merchant(till, store):
    with refused("till_key_opens_own_stores_only"):
        Store.objects.update(merchant=make_merchant())


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"name": ""}, "till_key_named"),
        ({"prefix": "short"}, "till_key_prefix_of_twelve"),
        ({"secret_hash": b"secret"}, "till_key_secret_is_hashed"),
    ],
)
def test_a_till_key_is_named_and_holds_no_secret(till, change, constraint):
    with refused(constraint):
        TillKey.objects.update(**change)


def test_a_till_key_is_replaced_by_another_and_then_ends(till):
    with refused("till_key_replaced_by_another_and_then_ends"):
        TillKey.objects.update(replaced_by=till.key_id, expires_at=LONG_AGO)


def test_one_key_per_prefix_and_one_visit_per_token(till, store, member):
    held = TillKey.objects.get()
    visit = visit_of(member, till, store).visit

    with refused("till_key_one_per_prefix"), transaction.atomic():
        held.pk, held.public_id = None, "key_other"
        held.save(force_insert=True)
    with refused("visit_one_per_token"), transaction.atomic():
        visit.pk = None
        visit.save(force_insert=True)
    with refused("visit_token_is_hashed"), transaction.atomic():
        Visit.objects.update(token_hash=b"token")
    with refused("visit_ends_after_it_opens"):
        Visit.objects.update(expires_at=LONG_AGO)


def test_no_weekday_or_minute_is_too_large_for_the_database_to_refuse():
    make_hours()

    with pytest.raises((IntegrityError, DataError)):
        OpeningHours.objects.update(weekday=32_767)
