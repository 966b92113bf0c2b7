"""`manage.py audit [APP…]`: prints whatever breaks an invariant of the apps; non-zero if anything does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from district.kernel.database.named_database import DatabaseCommand
from loyalty import services as loyalty


class Command(DatabaseCommand):
    help = "Run the audit queries of every app, or of the named ones; exits non-zero and prints the rows when one finds any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "apps", nargs="*", metavar="APP", help="label of an app, such as coupons"
        )

    def work(self, *, apps: list[str], **_options: Any) -> None:
        try:
            run = loyalty.run_audit(*apps)
        except LookupError as error:
            raise CommandError(f"no app of the district has the label {error.args[0]}.") from None
        for found in run.found:
            for row in found["rows"]:
                facts = ", ".join(f"{name}={value}" for name, value in row.items())
                self.stderr.write(f"broken: {found['query']}: {facts}")
            if (more := found["count"] - len(found["rows"])) > 0:
                self.stderr.write(f"broken: {found['query']}: and {more} more")
        if run.offences:
            raise CommandError(f"{run.offences} rows break a promise.")
        self.stdout.write(f"clean: {run.queries} audit queries returned nothing.")
