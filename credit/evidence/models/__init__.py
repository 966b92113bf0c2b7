"""The rows of evidence files."""

from credit.evidence.models.access import EvidenceAccess
from credit.evidence.models.evidence_file import EvidenceFile

__all__ = ["EvidenceAccess", "EvidenceFile"]
