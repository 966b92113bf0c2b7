"""The look for broken promises, written down for whoever asks later."""

import json

from district.kernel import clock, invariants
from district.kernel.plugin import invariants_of
from loyalty.models import AuditRun


def run_audit(*apps: str) -> AuditRun:
    """Run the audit queries of every app in one snapshot and keep what it found: counts, and the first rows of each.

    A run of the named apps (labels) alone is not kept: it says nothing of the others. Beside any
    traffic; nothing is repaired and nobody is hindered. Raises LookupError for a label that is no app's.
    """
    queries = invariants_of(*apps)
    started = clock.real_now()
    findings = invariants.findings(queries)
    run = AuditRun(
        started_at=started,
        ended_at=clock.real_now(),
        queries=len(queries),
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
    if not apps:
        run.save()
    return run
