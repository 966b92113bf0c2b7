import json
from argparse import ArgumentParser
from typing import Any

from credit.complaints import services as complaints
from credit.evidence import services as evidence
from district.kernel.database.named_database import DatabaseCommand


class Command(DatabaseCommand):
    help = "Erases files of evidence whose case ended three years ago, and those that no case took in seven days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many there are and erase nothing"
        )

    def work(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            counts = {"old": complaints.old_evidence().count(), "unused": evidence.unused_files()}
        else:
            counts = {"old": complaints.forget_old_evidence(), "unused": evidence.erase_unused()}
            evidence.remove_erased()
        self.stdout.write(json.dumps(counts | {"erased": not options["dry_run"]}))
