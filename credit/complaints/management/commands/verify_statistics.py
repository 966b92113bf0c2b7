"""`manage.py verify_statistics [--date 2026-11-30]`: published figures of complaints anew from the cases' events."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError

from credit.complaints.queries.outcomes import wrong_outcomes
from credit.queries.statistics import published_day, recompute_district
from district.kernel.database.named_database import DatabaseCommand
from district.kernel.errors import NotFound


class Command(DatabaseCommand):
    help = (
        "Compare what credit counts of each complaint with its events, and the published figures of a day with what is"
        " counted; print the result as one JSON object. Ends with an error when anything is another."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--date", type=date.fromisoformat, help="the day, else the newest")

    def work(self, *, date: date | None, **options: Any) -> None:
        try:
            day = published_day(date).as_of
        except NotFound:
            raise CommandError("there are no figures of that day.") from None
        wrong, anew = wrong_outcomes(), recompute_district(day)
        report = {
            "as_of": day.isoformat(),
            "rows": anew.rows,
            "changed": anew.changed,
            "wrong_outcomes": wrong,
            "purchases_given_back_since": anew.refunded,
        }
        self.stdout.write(json.dumps(report, ensure_ascii=False))
        if wrong or anew.changed:
            raise CommandError("the figures are not what the events come to.")
