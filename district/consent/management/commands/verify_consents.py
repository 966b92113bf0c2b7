"""manage.py verify_consents: check the hash chain of every subject."""

from typing import Any

from django.core.management.base import CommandError

from district.consent.queries import find_broken_chains
from district.kernel.database.named_database import DatabaseCommand


class Command(DatabaseCommand):
    help = "Check the hash chain of every subject's consent events."

    def work(self, *_args: Any, **_options: Any) -> None:
        broken = list(find_broken_chains())
        for sentence in broken:
            self.stdout.write(sentence)
        if broken:
            raise CommandError(f"{len(broken)} chains are broken")
        self.stdout.write("every chain is whole")
