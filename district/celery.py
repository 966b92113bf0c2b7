"""The Celery app; the timetable of beat stands on the apps (district/kernel/plugin.py)."""

import os
from typing import Any

from celery import Celery
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
if settings.CELERY_BROKER_URL.startswith("filesystem://"):
    prepare_folders(settings.CELERY_BROKER_TRANSPORT_OPTIONS)


@worker_init.connect
@beat_init.connect
def refuse_unsafe_production(**_: Any) -> None:
    """A worker on an unsafe configuration ends before it takes a task."""
    from district.kernel import checks  # noqa: PLC0415 - the apps are not loaded before

    checks.refuse_unsafe_production()
