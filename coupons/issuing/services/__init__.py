"""Every public verb of issuing."""

from coupons.issuing.services.codes import import_codes, use_code
from coupons.issuing.services.open import IssueAudience, open_issue_job
from coupons.issuing.services.run import run_issue_job, run_issue_jobs
from coupons.issuing.services.stop import stop_issue_job

__all__ = [
    "IssueAudience",
    "import_codes",
    "open_issue_job",
    "run_issue_job",
    "run_issue_jobs",
    "stop_issue_job",
    "use_code",
]
