"""`manage.py audit_ledger`: prints whatever breaks a promise of the ledger; non-zero if anything does."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from loyalty import audits


class Command(BaseCommand):
    help = "Run every audit query of the ledger; exits non-zero and prints the rows when one finds any."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(audits.offences())
        for offence in found:
            facts = ", ".join(f"{name}={value}" for name, value in offence.row.items())
            self.stderr.write(f"broken: {offence.query}: {facts}")
        if found:
            raise CommandError(f"{len(found)} rows break a promise of the ledger.")
        self.stdout.write(f"clean: {len(audits.QUERIES)} audit queries returned nothing.")
