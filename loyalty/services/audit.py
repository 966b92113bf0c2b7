"""The look for broken promises, written down for whoever asks later."""

import json

from district.kernel import clock
from loyalty import invariants
from loyalty.models import AuditRun


def run_audit() -> AuditRun:
    """Run every audit query in one snapshot and keep what it found: counts, and the first rows of each.

    Beside any traffic; nothing is repaired and nobody is hindered.
    """
    started = clock.real_now()
    findings = invariants.findings()
    return AuditRun.objects.create(
        started_at=started,
        ended_at=clock.real_now(),
        queries=len(invariants.QUERIES),
        offences=sum(found.count for found in findings),
        found=[
            {
                "query": found.query,
                "count": found.count,
                # Dates and decimals as text: for people to read, not to reckon with.
                "rows": json.loads(json.dumps(found.rows, default=str)),
            }
            for found in findings
        ],
    )
