"""Celery beat that fills no queue which nobody empties."""

from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry

from district.kernel import bell

# A timed task is a sweep: what one run leaves undone the next one does.
MOST_WAITING = 20


class Timetable(PersistentScheduler):
    """Skips an entry while its queue is full: the messages that wait will do the same work."""

    def apply_async(
        self,
        entry: ScheduleEntry,
        producer: Any = None,
        advance: bool = True,  # noqa: FBT001, FBT002 - the signature is Celery's
        **options: Any,
    ) -> Any:
        bells = entry.task == bell.TASK
        queue, most = (bell.QUEUE, bell.MOST_WAITING) if bells else ("celery", MOST_WAITING)
        if bell.waiting(queue) >= most:
            if advance:
                self.reserve(entry)
            return None
        return super().apply_async(entry, producer=producer, advance=advance, **options)
