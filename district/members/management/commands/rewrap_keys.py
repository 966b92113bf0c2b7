"""manage.py rewrap_keys: after a new master key was put first in DISTRICT_MASTER_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand

from district.members import services as members


class Command(BaseCommand):
    help = "Wrap every member's data key by the newest master key."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{members.rewrap_keys()} data keys wrapped anew")
