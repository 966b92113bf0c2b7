"""`manage.py import_car_parks FILE --merchant mrc_… --source NAME`: a published file of car parks into the register."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from district.kernel.audit import recorded_as_command
from district.kernel.database.named_database import DatabaseCommand
from district.kernel.errors import DomainError
from district.merchants.models import Merchant
from parking import services as parking
from parking.register.site_records import FORMATS


class Command(DatabaseCommand):
    help = (
        "Import the car parks of a GeoJSON file into the register and print what became of its records as one"
        " JSON object. A record that cannot be taken does not stop the others; importing again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--merchant", required=True, help="public id of their operator")
        parser.add_argument("--source", required=True, help="name of the source, such as karlsruhe")
        parser.add_argument(
            "--format", choices=sorted(FORMATS), default="parkapi", help="whose properties it has"
        )

    def work(self, *, file: Path, merchant: str, source: str, **options: Any) -> None:
        operator = Merchant.objects.filter(public_id=merchant).first()
        if operator is None:
            raise CommandError(f"there is no merchant {merchant}.")
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        try:
            with recorded_as_command("import_car_parks"):
                done = parking.import_car_parks(
                    merchant=operator,
                    source=source,
                    format_name=options["format"],
                    content=content,
                    by=None,
                )
        except DomainError as refusal:
            raise CommandError(refusal.detail) from None
        counts = {
            name: getattr(done, name) for name in ("created", "updated", "unchanged", "refused")
        }
        self.stdout.write(json.dumps(counts | {"problems": done.problems}, ensure_ascii=False))
