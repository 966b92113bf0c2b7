"""`manage.py import_credit_records FILE`: public records of merchants from a CSV file of an authority."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from credit import services as credit
from district.kernel.audit import recorded_as_command
from district.kernel.database.named_database import DatabaseCommand
from district.kernel.errors import DomainError


class Command(DatabaseCommand):
    help = (
        "Import public records from a CSV file and print what became of its rows as one JSON object. A row that"
        " cannot be taken does not stop the others; importing again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE")

    def work(self, *, file: Path, **options: Any) -> None:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        try:
            with recorded_as_command("import_credit_records"):
                done = credit.import_public_records(content=content, by=None)
        except DomainError as refusal:
            raise CommandError(refusal.detail) from None
        counts = {
            name: getattr(done, name) for name in ("created", "updated", "unchanged", "refused")
        }
        self.stdout.write(json.dumps(counts | {"problems": done.problems}, ensure_ascii=False))
