"""`manage.py audit_coupons`: prints whatever breaks a promise of coupons; non-zero if anything does."""

from typing import Any

from django.core.management.base import CommandError

from coupons.invariants import COUPONS
from coupons.issuing.invariants import ISSUING
from coupons.offline.invariants import OFFLINE
from coupons.planning_invariants import PLANNING
from district.kernel.database.named_database import DatabaseCommand
from loyalty import invariants

QUERIES = {**COUPONS, **PLANNING, **ISSUING, **OFFLINE}


class Command(DatabaseCommand):
    help = (
        "Run every audit query of coupons; exits non-zero and prints the rows when one finds any."
    )

    def work(self, *_args: Any, **_options: Any) -> None:
        found = invariants.findings(QUERIES)
        for finding in found:
            for row in finding.rows:
                facts = ", ".join(f"{name}={value}" for name, value in row.items())
                self.stderr.write(f"broken: {finding.query}: {facts}")
            if (more := finding.count - len(finding.rows)) > 0:
                self.stderr.write(f"broken: {finding.query}: and {more} more")
        if offences := sum(finding.count for finding in found):
            raise CommandError(f"{offences} rows break a promise of coupons.")
        self.stdout.write(f"clean: {len(QUERIES)} audit queries returned nothing.")
