"""manage.py rebuild_consents [--repair]: compare the current consents with their events."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from district.consent import services as consent
from district.kernel.database.named_database import DatabaseCommand


class Command(DatabaseCommand):
    help = "Compare every current consent with its events; with --repair write it anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--repair", action="store_true", help="write what differs anew")

    def work(self, *_args: Any, **options: Any) -> None:
        found = list(consent.rebuild_consents(repair=options["repair"]))
        for subject in found:
            self.stdout.write(subject)
        if found and not options["repair"]:
            raise CommandError(f"{len(found)} subjects differ; --repair writes them anew")
        self.stdout.write(f"{len(found)} subjects written anew")
