"""`manage.py export_statement`: a statement with proofs, for docs/verify_statement.py."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from district.kernel.database.named_database import DatabaseCommand
from loyalty.settlement.models import Statement
from loyalty.settlement.queries import statement_with_proofs


class Command(DatabaseCommand):
    help = (
        "Print a merchant's statement of a closed cycle with its movements, proofs and seals as JSON;"
        " docs/verify_statement.py checks it without anything of ours."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cycle", type=int, help="the cycle's number")
        parser.add_argument("merchant", help="the merchant's public id (mrc_…), or `largest`")
        super().add_arguments(parser)

    def work(self, *args: Any, **options: Any) -> None:
        found = Statement.objects.filter(cycle__number=options["cycle"])
        if options["merchant"] != "largest":
            found = found.filter(merchant__public_id=options["merchant"])
        statement = found.select_related("cycle").order_by("-payable").first()
        if statement is None:
            raise CommandError("there is no such statement")
        self.stdout.write(json.dumps(statement_with_proofs(statement), ensure_ascii=False))
