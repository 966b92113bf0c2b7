"""The Celery app and the beat timetable, one line per timed task."""

from pathlib import Path
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

app = Celery("district")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # The outbox is the truth; this sweep repairs bells that were lost.
    "deliver events": {"task": "kernel.deliver_events", "schedule": 3.0},
    "forget delivered events": {"task": "kernel.purge", "schedule": crontab(hour=4, minute=10)},
    "forget used card codes": {
        "task": "members.purge_card_codes",
        "schedule": crontab(hour=4, minute=20),
    },
    "expire points": {"task": "loyalty.expire_points", "schedule": crontab(minute="*/10")},
}


def prepare_queue_folders() -> None:
    """The file-system broker does not make its own folders."""
    options: dict[str, Any] = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    for name in ("data_folder_in", "control_folder", "processed_folder"):
        if name in options:
            Path(options[name]).mkdir(parents=True, exist_ok=True)


prepare_queue_folders()
