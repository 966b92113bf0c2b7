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

from district.demo import campaigns, chapters, credentials, merchant_changes
from district.demo.chapters.context import ChapterContext
from district.demo.errors import SeedingRefused
from district.demo.logins import Logins
from district.demo.merchant_setup import open_merchants, set_first_policy
from district.demo.models import Seeding
from district.demo.plan import Plan, Size, build_plan
from district.demo.plan.postings import PlannedPurchase
from district.demo.planned_rows import PlannedRows
from district.demo.progress import ProgressMeter
from district.demo.sign_ups import sign_up_members
from district.demo.year_runner import YearRunner
from district.kernel import clock
from district.members.models import User
from district.merchants.models import Merchant

SEEDING_LOCK_ID = 0xD15701C7  # any number that nobody else uses in this database
_LOCK_SECONDS = 20.0
# A merchant with its stores takes about as long as eight receipts, a new member as long as four.
STEPS_PER_MERCHANT, STEPS_PER_MEMBER = 8, 4


def seed(
    *, meter: ProgressMeter, scale: float | None = None, last_day: date | None = None
) -> Seeding:
    """The finished demo district; a second call finds it finished and changes nothing.

    Raises SeedingRefused.
    """
    if settings.PRODUCTION:
        raise SeedingRefused("a demo district has logins anybody can read; not in production.")
    if not settings.WECHAT_APPID:
        raise SeedingRefused("members come through WeChat: DISTRICT_WECHAT_APPID is not set.")
    meter.phase("a year is drawn up on paper")
    with _exclusive_lock():
        seeding = _current_seeding(scale, last_day)
        logins = Logins(seeding.stamp)
        if seeding.finished_at is None:
            _fill(seeding, logins, meter)
            return seeding
        if not logins.is_ours:
            credentials.renew_logins(logins, _plan_of(seeding))
        meter.end("the demo district was complete already")
    return seeding


def _fill(seeding: Seeding, logins: Logins, meter: ProgressMeter) -> None:
    plan = _plan_of(seeding)
    meter.begin(
        len(plan.merchants) * STEPS_PER_MERCHANT
        + len(plan.members) * STEPS_PER_MEMBER
        + len(plan.postings)
        + len(chapters.all_chapters()) * chapters.STEPS_PER_CHAPTER
    )
    meter.phase("merchants open their stores")
    operator, second = (
        credentials.save_operator_login(logins),
        credentials.save_second_operator_login(logins),
    )
    set_first_policy(plan, by=operator)
    open_merchants(plan, by=operator, on_progress=lambda: meter.step(STEPS_PER_MERCHANT))
    credentials.save_clerk_logins(logins, plan, by=operator)
    meter.phase("members join")
    sign_up_members(plan, on_progress=lambda: meter.step(STEPS_PER_MEMBER))
    with _frozen_garbage_collector():
        YearRunner(plan, PlannedRows.load(plan), meter).run()
    meter.phase("merchants come and go, campaigns begin")
    merchant_changes.apply_merchant_changes(plan, by=operator)
    campaigns.launch(plan, by=operator)
    chapters.run(_context_of(plan, operator, second), meter)
    credentials.save_till_keys(logins, plan, by=operator)
    credentials.save_shopper_logins(logins, plan)
    seeding.finished_at = clock.real_now()
    seeding.save(update_fields=["finished_at"])
    meter.end(_summary(plan))


def _context_of(plan: Plan, operator: User, second: User) -> ChapterContext:
    owner = User.objects.get(username=credentials.OWNER)
    return ChapterContext(plan, PlannedRows.load(plan), operator, second, owner)


def _summary(plan: Plan) -> str:
    stores = sum(len(merchant.stores) for merchant in plan.merchants)
    receipts = sum(isinstance(posting, PlannedPurchase) for posting in plan.postings)
    return (
        f"{len(plan.merchants)} merchants, {stores} stores, {len(plan.members):,} members, "
        f"{receipts:,} receipts from {plan.demand_calendar.first_day} to {plan.demand_calendar.last_day}"
    )


def _current_seeding(scale: float | None, last_day: date | None) -> Seeding:
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
        digest=_cached_plan(scale, day).digest(),
    )


@lru_cache(maxsize=1)
def _cached_plan(scale: float, last_day: date) -> Plan:
    """A beginning asks twice, and a whole year takes some seconds."""
    return build_plan(Size.at(scale), last_day)


def _plan_of(seeding: Seeding) -> Plan:
    plan = _cached_plan(seeding.scale, seeding.last_day)
    if plan.digest() != seeding.digest and seeding.finished_at is None:
        raise SeedingRefused("another version of the demo began here; start again with --reset.")
    return plan


@contextmanager
def _frozen_garbage_collector() -> Iterator[None]:
    """The plan stays to the end; without this the garbage collector walks through it all the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _exclusive_lock() -> Iterator[None]:
    """A killed run's turn ends with its connection, which may take a moment. Raises SeedingRefused."""
    deadline = time.monotonic() + _LOCK_SECONDS
    with connection.cursor() as cursor:
        while not _try_lock(cursor):
            if time.monotonic() > deadline:
                raise SeedingRefused("another seed_demo is at work on this database.")
            time.sleep(0.25)
        try:
            yield
        finally:
            cursor.execute("select pg_advisory_unlock(%s)", [SEEDING_LOCK_ID])


def _try_lock(cursor: CursorWrapper) -> bool:
    cursor.execute("select pg_try_advisory_lock(%s)", [SEEDING_LOCK_ID])
    return bool(cursor.fetchone()[0])
