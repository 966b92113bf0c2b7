"""Counters of days that are over."""

from datetime import timedelta

from district.kernel import clock
from loyalty.models import EarningCounter

KEEP = timedelta(days=8)


def purge_earning_counters() -> int:
    """Delete the counters of earning that are older than the week that screens show; how many rows.

    What was granted on a day stands in the receipts; counters only hold the ceilings while it lasts.
    """
    before = clock.business_day(clock.now() - KEEP)
    return EarningCounter.objects.filter(day__lt=before).delete()[0]
