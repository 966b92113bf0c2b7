"""`manage.py recompute_credit --merchant mrc_… [--date 2026-11-30]`: a published score anew from its inputs."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError

from credit.queries.snapshots import current_snapshots, recompute
from district.kernel.database.named_database import DatabaseCommand


class Command(DatabaseCommand):
    help = (
        "Compute the score of a merchant's snapshot again from its stored inputs, derive the inputs again from the"
        " facts, and print as one JSON object what is the same. Ends with an error when the score is another one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--merchant", required=True, help="public id")
        parser.add_argument(
            "--date", type=date.fromisoformat, help="the day of the snapshot, else the newest"
        )

    def work(self, *, merchant: str, date: date | None, **options: Any) -> None:
        rows = current_snapshots().filter(merchant__public_id=merchant)
        if date is not None:
            rows = rows.filter(as_of=date)
        snapshot = rows.order_by("-as_of").first()
        if snapshot is None:
            raise CommandError(f"there is no snapshot of {merchant} for that day.")
        try:
            anew = recompute(snapshot)
        except ValueError as error:
            raise CommandError(f"the inputs cannot be read: {error}.") from None
        report = {
            "merchant": merchant,
            "as_of": snapshot.as_of.isoformat(),
            "revision": snapshot.revision,
            "policy": snapshot.policy_version,
            "digest": snapshot.inputs_digest,
            "score": float(snapshot.score),
            "grade": snapshot.grade,
            "digest_right": anew.is_digest_right,
            "result_right": anew.is_result_right,
            "facts_the_same": anew.are_facts_the_same,
        }
        self.stdout.write(json.dumps(report, ensure_ascii=False))
        if not anew.is_right:
            raise CommandError("the snapshot is not what its inputs come to.")
