"""Fill this database with the demo district, or finish what a killed run began."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from district.demo.errors import SeedingRefused
from district.demo.progress import meter_for
from district.demo.seeding import seed


class Command(BaseCommand):
    help = "Makes the demo district: malls, merchants, members and a year of receipts."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", type=float, help="a part of the usual size, such as 0.05")
        parser.add_argument(
            "--last-day", type=date.fromisoformat, help="the year ends with this day (yesterday)"
        )

    def handle(self, *, scale: float | None, last_day: date | None, **_: Any) -> None:
        try:
            seed(meter=meter_for(self.stdout), scale=scale, last_day=last_day)
        except SeedingRefused as refusal:
            raise CommandError(str(refusal)) from None
