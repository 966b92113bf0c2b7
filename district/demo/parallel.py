"""Work side by side: a thread and a connection for each part."""

from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import BrokenBarrierError, Event

from django.db import connection

Part = Generator[None, None, None]


def run_in_parallel(parts: Sequence[Part]) -> None:
    """All parts to their end, which may stop at every yield; the first failure is raised when all rest."""
    stopping = Event()
    with ThreadPoolExecutor(len(parts)) as pool:
        futures = [pool.submit(_run, part, stopping) for part in parts]
        try:
            wait(futures)
        except BaseException:
            stopping.set()
            raise
    _raise_first(futures)


def _run(part: Part, stopping: Event) -> None:
    try:
        for _ in part:
            if stopping.is_set():
                part.close()
    except BaseException:
        stopping.set()
        raise
    finally:
        connection.close()


def _raise_first(futures: Sequence[Future[None]]) -> None:
    failures = [failure for future in futures if (failure := future.exception())]
    # A broken barrier only says that somebody else has stopped.
    failures.sort(key=lambda failure: isinstance(failure, BrokenBarrierError))
    for failure in failures:
        raise failure
