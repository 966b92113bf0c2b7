"""manage.py rewrap_keys: after a new master key was put first in DISTRICT_MASTER_KEYS."""

from typing import Any

from district.kernel.database.named_database import DatabaseCommand
from district.members import services as members


class Command(DatabaseCommand):
    help = "Wrap every member's data key by the newest master key."

    def work(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{members.rewrap_keys()} data keys wrapped anew")
