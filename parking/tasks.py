"""Celery's part of parking."""

from celery import shared_task

from district.kernel.jobs import JobWorker
from parking.services import (
    attach_arrears,
    close_out_car_parks,
    end_due_reservations,
    expire_quotes,
    extend_slots,
    forget_bay_plates,
    forget_notes,
    forget_plates,
    pair_waiting_events,
    purge_lookups,
    purge_readings,
    purge_slots,
    reckon_stays,
    remind_of_arrears,
    review_arrears,
    run_reratings,
    settle_deferred_stays,
    settle_departures,
)
from parking.wechat_parking.charges import follow_charges
from parking.wechat_parking.entries import end_entries, report_entries
from parking.wechat_parking.plates import refresh_plates

CLOSE_OUT = JobWorker("parking.close_out_car_parks", close_out_car_parks)


@shared_task(name=CLOSE_OUT.task)
def close_out_due() -> None:
    """Find other places for reservations of car parks that closed."""
    CLOSE_OUT.work()


RERATING = JobWorker("parking.run_reratings", run_reratings)


@shared_task(name="parking.purge_readings")
def purge_readings_due() -> int:
    """Delete readings whose time is over, until there are none."""
    total = 0
    while purged := purge_readings():
        total += purged
    return total


@shared_task(name="parking.end_due_reservations")
def end_reservations_due() -> int:
    """Free what expired holds and cars that did not come keep from others."""
    return end_due_reservations()


@shared_task(name="parking.extend_slots")
def extend_slots_due() -> int:
    """Slots as far ahead as reservations reach; those of the past go."""
    return extend_slots() + purge_slots()


@shared_task(name="parking.pair_waiting_events")
def pair_events_due() -> int:
    """Gate events that could not be paired when they came."""
    return pair_waiting_events()


@shared_task(name="parking.forget_plates")
def forget_plates_due() -> int:
    """Plates of stays of long ago, and where cars stood."""
    return forget_plates() + forget_bay_plates() + forget_notes()


@shared_task(name="parking.expire_quotes")
def expire_quotes_due() -> int:
    """Give back what quotes that nobody paid set aside."""
    return expire_quotes()


@shared_task(name="parking.settle_departures")
def settle_departures_due() -> int:
    """Book what validations saved to cars that have left."""
    return settle_departures()


@shared_task(name="parking.purge_lookups")
def purge_lookups_due() -> int:
    """Look-ups of plates of more than a year ago."""
    return purge_lookups()


@shared_task(name="parking.follow_wechat")
def follow_wechat() -> int:
    """Plates, entries and charges of WeChat's parking service, as far as something is due; safe side by side."""
    return refresh_plates() + report_entries() + end_entries() + follow_charges()


@shared_task(name="parking.keep_arrears")
def keep_arrears() -> int:
    """Find what was left unpaid, and whose it is; remind."""
    return reckon_stays() + review_arrears() + attach_arrears() + remind_of_arrears()


@shared_task(name=RERATING.task)
def run_reratings_due() -> None:
    """Work on re-ratings that wait."""
    RERATING.work()


@shared_task(name="parking.settle_deferred_stays")
def settle_deferred_due() -> int:
    """Stays of re-ratings that had not ended when their turn came."""
    return settle_deferred_stays()
