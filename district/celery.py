"""The Celery app and the beat timetable, one line per timed task."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, worker_init
from django.conf import settings
from kombu import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES

from district.kernel.outbox.file_broker import prepare_folders

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "district.settings")
TRANSPORT_ALIASES["filesystem"] = "district.kernel.outbox.file_broker:Transport"

app = Celery("district")
# A web server's threads have no current app of their own; without this they get an empty one.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Wake-ups have their own queue, so that their number can be counted apart from other work.
app.conf.task_queues = [
    Queue(name, Exchange(name), routing_key=name) for name in ("celery", "wakeups")
]
app.conf.task_routes = {"kernel.deliver_events": {"queue": "wakeups"}}
app.conf.beat_scheduler = "district.kernel.outbox.beat_scheduler:BeatScheduler"
app.conf.beat_schedule = {
    # The outbox is the truth; this sweep repairs wake-ups that were lost.
    "deliver events": {"task": "kernel.deliver_events", "schedule": 3.0},
    "forget delivered events": {"task": "kernel.purge", "schedule": crontab(hour=4, minute=10)},
    # A new version fills it when it is set up; this repairs what somebody emptied.
    "fill calendar": {"task": "kernel.fill_calendar", "schedule": crontab(hour=4, minute=50)},
    "forget used card codes": {
        "task": "members.purge_card_codes",
        "schedule": crontab(hour=4, minute=20),
    },
    "forget ended sessions": {
        "task": "members.purge_sessions",
        "schedule": crontab(hour=4, minute=30),
    },
    "forget old counters": {
        "task": "loyalty.forget_counters",
        "schedule": crontab(hour=4, minute=55),
    },
    "sweep accounts": {"task": "loyalty.sweep_accounts", "schedule": crontab(minute="*/10")},
    # A batch whose wake-up was lost, or whose worker died.
    "take up batches": {"task": "batches.process", "schedule": 20.0},
    "forget old batches": {"task": "batches.purge", "schedule": crontab(hour=4, minute=40)},
    "sweep photographs": {"task": "bills.sweep_photos", "schedule": crontab(hour=3, minute=40)},
    "find look-alike bills": {
        "task": "bills.find_look_alikes",
        "schedule": crontab(hour=3, minute=50),
    },
    "seal the journal": {"task": "settlement.seal_days", "schedule": crontab(hour=0, minute=40)},
    "match refunds": {"task": "loyalty.match_parked_refunds", "schedule": crontab(minute="*/10")},
    "watch prefunds": {"task": "loyalty.watch_prefunds", "schedule": crontab(minute="*/5")},
    "advance rollup": {"task": "loyalty.advance_rollup", "schedule": 60.0},
    # When people are awake; the day's ends themselves came at midnight.
    "warn of expiry": {"task": "loyalty.warn_of_expiry", "schedule": crontab(hour=10, minute=5)},
    "expire coupons": {"task": "coupons.expire_coupons", "schedule": crontab(minute="*/10")},
    "watch coupon budgets": {"task": "coupons.watch_budgets", "schedule": crontab(minute="*/5")},
    "warn of expiring coupons": {
        "task": "coupons.warn_of_expiring",
        "schedule": crontab(hour=10, minute=15),
    },
    # A job whose wake-up was lost, or whose worker died.
    "issue coupons": {"task": "issuing.run_jobs", "schedule": 20.0},
    "audit ledger": {"task": "loyalty.run_audit", "schedule": crontab(hour=3, minute=30)},
}

if settings.CELERY_BROKER_URL.startswith("filesystem://"):
    prepare_folders(settings.CELERY_BROKER_TRANSPORT_OPTIONS)


@worker_init.connect
@beat_init.connect
def refuse_unsafe_production(**_: Any) -> None:
    """A worker on an unsafe configuration ends before it takes a task."""
    from district.kernel import checks  # noqa: PLC0415 - the apps are not loaded before

    checks.refuse_unsafe_production()
