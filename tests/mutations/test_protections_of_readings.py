"""The latest reading stands, however readings race: held by the lock on the pool's row and by its trigger."""

import random
from datetime import timedelta

from django.utils import timezone

from parking import services as parking
from parking.models import LiveOccupancy
from tests.factories.parking import make_pool, reported
from tests.mutations.invariant_tests import (  # noqa: F401 - collected here
    CALLERS,
    attempt,
    test_each_protection_holds_alone,
    test_with_every_protection_the_promise_holds,
    test_without_any_protection_the_race_breaks_the_promise,
)
from tests.mutations.protections import Protection, rewrite_functions
from tests.race import race

LOCKED_ROW = Protection(
    "the pool's row is locked before it is read",
    rewrite_functions(
        "parking/sql/record_readings.sql",
        ("where pool_id = reading.pool_id for no key update;", "where pool_id = reading.pool_id;"),
    ),
)
FORWARD_TRIGGER = Protection(
    "a trigger refuses a row that would go back in time",
    ("drop trigger parking_liveoccupancy_forward on parking_liveoccupancy",),
)


class TheLatestReadingStands:
    """Readings of one pool that come at the same instant, in any order: what was measured last is live."""

    protections = (LOCKED_ROW, FORWARD_TRIGGER)

    def __init__(self):
        self.pool = make_pool(capacity=1_000)
        self.feed = self.pool.car_park.feed
        self.start = timezone.now() - timedelta(hours=1)

    def holds_under_attack(self):
        minutes = list(range(CALLERS))
        random.Random(5).shuffle(minutes)
        race(
            *(
                lambda minute=minute: attempt(
                    lambda: parking.record_readings(
                        feed=self.feed,
                        rows=[
                            reported(
                                self.pool,
                                minute,
                                measured_at=self.start + timedelta(minutes=minute),
                            )
                        ],
                    )
                )
                for minute in minutes
            )
        )
        live = LiveOccupancy.objects.get(pool=self.pool)
        taken = self.pool.readings.order_by("-measured_at").first()
        return (live.measured_at, live.occupied) == (taken.measured_at, taken.occupied)


INVARIANTS = [TheLatestReadingStands]
