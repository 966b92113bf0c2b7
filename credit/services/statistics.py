"""The daily figures of complaints for the district, its venues and its trades."""

from datetime import date, timedelta

from django.db import transaction

from credit.models import DistrictStatistics
from credit.queries.statistics import derive_district
from credit.statistics import statistics_document
from district.kernel import clock

# After a longer time without a worker, earlier days have no figures; a command can still take them.
_MOST_DAYS = 31


def take_district_statistics() -> int:
    """The figures of every day since the last one that has some, up to yesterday, 31 at most; how many days.

    Again there is nothing to do. The first time it is yesterday alone.
    """
    yesterday = clock.business_day(clock.now()) - timedelta(days=1)
    newest = DistrictStatistics.objects.order_by("-as_of").values_list("as_of", flat=True).first()
    first = yesterday if newest is None else newest + timedelta(days=1)
    first = max(first, yesterday - timedelta(days=_MOST_DAYS - 1))
    days = [first + timedelta(days=number) for number in range((yesterday - first).days + 1)]
    return sum(take_statistics_of(as_of=day) for day in days)


@transaction.atomic
def take_statistics_of(*, as_of: date) -> bool:
    """The figures of a day that is over, unless they were taken; what another worker took meanwhile stands.

    Raises ValueError for a day that is not over.
    """
    at = clock.now()
    if as_of >= clock.business_day(at):
        raise ValueError("a day that is not over has no figures")
    if DistrictStatistics.objects.filter(as_of=as_of).exists():
        return False
    DistrictStatistics.objects.bulk_create(
        [
            DistrictStatistics(
                as_of=as_of,
                venue_id=area.venue,
                trade_id=area.trade,
                statistics=statistics_document(figures),
                taken_at=at,
            )
            for area, figures in derive_district(as_of).items()
        ],
        ignore_conflicts=True,
    )
    return True
