"""Long work in small steps: leased to one worker at a time, resumed by the next, stopped by a person."""

from district.kernel.jobs.model import Job
from district.kernel.jobs.running import (
    LEASE,
    SLICE_SECONDS,
    LeaseLost,
    lock_job,
    run_job,
    run_jobs,
    stop_job,
)
from district.kernel.jobs.worker import JobWorker

__all__ = [
    "LEASE",
    "SLICE_SECONDS",
    "Job",
    "JobWorker",
    "LeaseLost",
    "lock_job",
    "run_job",
    "run_jobs",
    "stop_job",
]
