"""Celery beat that fills no queue which nobody empties."""

from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry

from district.kernel.outbox import wakeup
from district.kernel.plugin import beat_schedule

# A timed task is a sweep: what one run leaves undone the next one does.
MAX_QUEUED = 20


class BeatScheduler(PersistentScheduler):
    """Sends what the apps' timetables say; skips an entry while its queue is full.

    The messages that wait in a full queue will do the same work.
    """

    def setup_schedule(self) -> None:
        self.app.conf.beat_schedule = beat_schedule()
        super().setup_schedule()

    def apply_async(
        self,
        entry: ScheduleEntry,
        producer: Any = None,
        advance: bool = True,  # noqa: FBT001, FBT002 - the signature is Celery's
        **options: Any,
    ) -> Any:
        wakeups = entry.task == wakeup.TASK
        queue, most = (wakeup.QUEUE, wakeup.MAX_QUEUED) if wakeups else ("celery", MAX_QUEUED)
        if wakeup.queue_length(queue) >= most:
            if advance:
                self.reserve(entry)
            return None
        return super().apply_async(entry, producer=producer, advance=advance, **options)
