"""`manage.py verify`: everything about the code that can be checked without running the tests."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

_BIN = Path(sys.executable).parent
_MANAGE = (sys.executable, "manage.py")
CHECKS: dict[str, tuple[str, ...]] = {
    "lint": (str(_BIN / "ruff"), "check", "."),
    "format": (str(_BIN / "ruff"), "format", "--check", "."),
    "types": (sys.executable, "-m", "mypy"),
    "imports": (str(_BIN / "lint-imports"),),
    "system checks": (*_MANAGE, "check", "--fail-level", "WARNING"),
    "migrations": (*_MANAGE, "makemigrations", "--check", "--dry-run"),
    "openapi": (*_MANAGE, "openapi", "--check"),
    "errors page": (*_MANAGE, "errors_page", "--check"),
}


class Command(BaseCommand):
    help = "Lint, format, types, import contracts, migrations, OpenAPI file, errors page."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = [name for name, command in CHECKS.items() if not self._passes(name, command)]
        if failed:
            raise CommandError(f"not right: {', '.join(failed)}")

    def _passes(self, name: str, command: tuple[str, ...]) -> bool:
        self.stdout.write(f"{name} … ", ending="")
        self.stdout.flush()
        done = subprocess.run(
            command,
            cwd=settings.ROOT,
            env={**os.environ, "DISTRICT_LOG_FORMAT": "text"},
            capture_output=True,
            text=True,
            check=False,
        )
        self.stdout.write("right" if done.returncode == 0 else "WRONG")
        if done.returncode:
            self.stdout.write(done.stdout + done.stderr)
        return done.returncode == 0
