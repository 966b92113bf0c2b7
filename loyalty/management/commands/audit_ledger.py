"""`manage.py audit_ledger`: prints whatever breaks a promise of the ledger; non-zero if anything does."""

from typing import Any

from django.core.management.base import CommandError

from district.kernel.database.named_database import DatabaseCommand
from loyalty import services as loyalty


class Command(DatabaseCommand):
    help = "Run every audit query of the ledger; exits non-zero and prints the rows when one finds any."

    def work(self, *_args: Any, **_options: Any) -> None:
        run = loyalty.run_audit()
        for found in run.found:
            for row in found["rows"]:
                facts = ", ".join(f"{name}={value}" for name, value in row.items())
                self.stderr.write(f"broken: {found['query']}: {facts}")
            if (more := found["count"] - len(found["rows"])) > 0:
                self.stderr.write(f"broken: {found['query']}: and {more} more")
        if run.offences:
            raise CommandError(f"{run.offences} rows break a promise of the ledger.")
        self.stdout.write(f"clean: {run.queries} audit queries returned nothing.")
