"""Makes the demo district: begins it once, goes on where a killed run stopped, ends in the same place."""

import gc
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from district.demo import campaigns, credentials, epilogue, life
from district.demo.errors import SeedingRefused
from district.demo.joining import let_join
from district.demo.life.scene import Scene
from district.demo.living import Year
from district.demo.logins import Logins
from district.demo.models import Seeding
from district.demo.opening import open_town, set_first_rules
from district.demo.plan import Plan, Size, draw_up
from district.demo.plan.acts import Purchase
from district.demo.progress import Meter
from district.demo.stage import Stage
from district.kernel import clock
from district.members.models import User
from district.merchants.models import Merchant

LOCK = 0xD15701C7  # any number that nobody else uses in this database
_LOCK_SECONDS = 20.0
# A merchant with its stores takes about as long as eight receipts, a new member as long as four.
PER_MERCHANT, PER_MEMBER = 8, 4


def seed(*, meter: Meter, scale: float | None = None, last_day: date | None = None) -> Seeding:
    """The finished demo district; a second call finds it finished and changes nothing.

    Raises SeedingRefused.
    """
    if settings.PRODUCTION:
        raise SeedingRefused("a demo district has logins anybody can read; not in production.")
    if not settings.WECHAT_APPID:
        raise SeedingRefused("members come through WeChat: DISTRICT_WECHAT_APPID is not set.")
    meter.phase("a year is drawn up on paper")
    with _one_at_a_time():
        seeding = _begun(scale, last_day)
        logins = Logins(seeding.stamp)
        if seeding.finished_at is None:
            _perform(seeding, logins, meter)
            return seeding
        if not logins.is_ours:
            credentials.give_anew(logins, _plan_of(seeding))
        meter.end("the demo district was complete already")
    return seeding


def _perform(seeding: Seeding, logins: Logins, meter: Meter) -> None:
    plan = _plan_of(seeding)
    meter.begin(
        len(plan.town) * PER_MERCHANT
        + len(plan.members) * PER_MEMBER
        + len(plan.acts)
        + len(life.CHAPTERS) * life.PER_CHAPTER
    )
    meter.phase("merchants open their stores")
    operator, second = credentials.operator(logins), credentials.second_operator(logins)
    set_first_rules(plan, by=operator)
    open_town(plan, by=operator, told=lambda: meter.step(PER_MERCHANT))
    credentials.clerks(logins, plan, by=operator)
    meter.phase("members join")
    let_join(plan, told=lambda: meter.step(PER_MEMBER))
    with _nothing_to_collect():
        Year(plan, Stage.of(plan), meter).play()
    meter.phase("merchants come and go, campaigns begin")
    epilogue.perform(plan, by=operator)
    campaigns.launch(plan, by=operator)
    life.play(_scene_of(plan, operator, second), meter)
    credentials.tills(logins, plan, by=operator)
    credentials.shoppers(logins, plan)
    seeding.finished_at = clock.real_now()
    seeding.save(update_fields=["finished_at"])
    meter.end(_told(plan))


def _scene_of(plan: Plan, operator: User, second: User) -> Scene:
    owner = User.objects.get(username=credentials.OWNER)
    return Scene(plan, Stage.of(plan), operator, second, owner)


def _told(plan: Plan) -> str:
    stores = sum(len(merchant.stores) for merchant in plan.town)
    receipts = sum(isinstance(act, Purchase) for act in plan.acts)
    return (
        f"{len(plan.town)} merchants, {stores} stores, {len(plan.members):,} members, "
        f"{receipts:,} receipts from {plan.almanac.first_day} to {plan.almanac.last_day}"
    )


def _begun(scale: float | None, last_day: date | None) -> Seeding:
    """The seeding of this database, begun now if there is none. Raises SeedingRefused."""
    seeding = Seeding.objects.first()
    if seeding is None:
        return _begin(scale or 1.0, last_day)
    if scale not in (None, seeding.scale) or last_day not in (None, seeding.last_day):
        raise SeedingRefused(f"this database holds a demo district of another kind ({seeding}).")
    return seeding


def _begin(scale: float, last_day: date | None) -> Seeding:
    yesterday = clock.business_day(clock.real_now()) - timedelta(days=1)
    if last_day is not None and last_day > yesterday:
        raise SeedingRefused("the year has to be over: the last day is yesterday or earlier.")
    if Merchant.objects.exists():
        raise SeedingRefused(
            "this database holds merchants already; the demo wants one of its own."
        )
    day = last_day or yesterday
    return Seeding.objects.create(
        stamp=secrets.token_hex(16),
        scale=scale,
        last_day=day,
        digest=_drawn_up(scale, day).digest(),
    )


@lru_cache(maxsize=1)
def _drawn_up(scale: float, last_day: date) -> Plan:
    """A beginning asks twice, and a whole year takes some seconds."""
    return draw_up(Size.at(scale), last_day)


def _plan_of(seeding: Seeding) -> Plan:
    plan = _drawn_up(seeding.scale, seeding.last_day)
    if plan.digest() != seeding.digest and seeding.finished_at is None:
        raise SeedingRefused("another version of the demo began here; start again with --reset.")
    return plan


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """The plan stays to the end; without this the garbage collector walks through it all the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """A killed run's turn ends with its connection, which may take a moment. Raises SeedingRefused."""
    given_up = time.monotonic() + _LOCK_SECONDS
    with connection.cursor() as cursor:
        while not _locked(cursor):
            if time.monotonic() > given_up:
                raise SeedingRefused("another seed_demo is at work on this database.")
            time.sleep(0.25)
        try:
            yield
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [LOCK])


def _locked(cursor: CursorWrapper) -> bool:
    cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
    return bool(cursor.fetchone()[0])
