"""Issue jobs and imported codes in the back office."""

from coupons.issuing.admin.codes import CodeBatchAdmin, ImportedCodeAdmin
from coupons.issuing.admin.jobs import IssueJobAdmin

__all__ = ["CodeBatchAdmin", "ImportedCodeAdmin", "IssueJobAdmin"]
