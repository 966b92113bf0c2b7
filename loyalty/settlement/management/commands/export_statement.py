"""`manage.py export_statement`: a statement with proofs, for docs/verify_statement.py."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from loyalty.settlement.management.database_options import add_database, at_database
from loyalty.settlement.models import Statement
from loyalty.settlement.queries import statement_with_proofs


class Command(BaseCommand):
    help = (
        "Print a merchant's statement of a closed cycle with its movements, proofs and seals as JSON;"
        " docs/verify_statement.py checks it without anything of ours."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cycle", type=int, help="the cycle's number")
        parser.add_argument("merchant", help="the merchant's public id (mrc_…), or `largest`")
        add_database(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with at_database(options):
            found = Statement.objects.filter(cycle__number=options["cycle"])
            if options["merchant"] != "largest":
                found = found.filter(merchant__public_id=options["merchant"])
            statement = found.select_related("cycle").order_by("-payable").first()
            if statement is None:
                raise CommandError("there is no such statement")
            self.stdout.write(json.dumps(statement_with_proofs(statement), ensure_ascii=False))
