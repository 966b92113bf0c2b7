"""`manage.py verify_cases`: every case's history against its hashes, and its row against its history."""

from typing import Any

from django.core.management.base import CommandError

from credit.complaints.case_posting.verification import broken_cases
from district.kernel.database.named_database import DatabaseCommand


class Command(DatabaseCommand):
    help = "Check the hashes of every case's history; a line for each case that is broken."

    def work(self, *args: Any, **options: Any) -> None:
        checked, broken = broken_cases()
        for line in broken:
            self.stdout.write(line)
        if broken:
            raise CommandError(f"{len(broken)} of {checked} cases are broken")
        self.stdout.write(f"{checked} cases are whole")
