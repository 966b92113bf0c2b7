"""Jobs that issue to many, and codes that others sold."""

from coupons.issuing.models.code import CodeBatch, ImportedCode
from coupons.issuing.models.job import IssueJob, IssueRow

__all__ = ["CodeBatch", "ImportedCode", "IssueJob", "IssueRow"]
