"""Microseconds of CPU per act, and how much of the machine somebody else used meanwhile."""

import os
import platform
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass
class ResourceUse:
    """What a stretch of time cost, in seconds (`other_load`: in cores); filled when it is over."""

    elapsed_seconds: float = 0.0
    server: float = 0.0
    web: float = 0.0
    # Clients we have not waited for report their own; the block may add it here.
    client: float = 0.0
    other_load: float = 0.0
    wal_bytes: float = 0.0
    wal_records: float = 0.0


@contextmanager
def measure(server: int | None = None, *ours: int) -> Iterator[ResourceUse]:
    """Measure a block: PostgreSQL (if it takes part) and our own servers (web, worker) with all processes below them, clients are
    what the block starts and waits for."""
    used = ResourceUse()
    busy, own, began = _busy(), _own(), time.monotonic()
    before = tree_cpu(server) if server else 0.0, sum(map(tree_cpu, ours))
    yield used
    used.elapsed_seconds = time.monotonic() - began
    all_work = _busy() - busy
    used.client += _own() - own
    time.sleep(0.2)
    used.server = _settled(server) - before[0] if server else 0.0
    used.web = sum(map(_settled, ours)) - before[1]
    all_ours = used.server + used.web + used.client
    used.other_load = max(0.0, all_work - all_ours) / used.elapsed_seconds


def other_load_now(seconds: float = 0.5) -> float:
    """Cores in use while we do nothing."""
    before = _busy()
    time.sleep(seconds)
    return (_busy() - before) / seconds


def tree_cpu(root: int) -> float:
    """CPU seconds of a process and all below it, living or already waited for."""
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(root)
        for member in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = member.cpu_times()
                total += times.user + times.system
                total += times.children_user + times.children_system
    return total


def machine() -> dict[str, object]:
    """What a reader needs to know to judge the absolute figures."""
    text = Path("/proc/cpuinfo").read_text()
    models = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _settled(root: int) -> float:
    """The tree's CPU, looked at twice: a process just ending is seen neither alive nor waited for."""
    return max(tree_cpu(root), tree_cpu(root))


def _busy() -> float:
    """Seconds all cores together have worked since the start of the machine."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)


def _own() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, whose))
