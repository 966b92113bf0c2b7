"""Evidence files in the back office: looked at by officers, judged, opened and erased by POST."""

from credit.evidence.admin.accesses import EvidenceAccessAdmin
from credit.evidence.admin.files import EvidenceFileAdmin

__all__ = ["EvidenceAccessAdmin", "EvidenceFileAdmin"]
