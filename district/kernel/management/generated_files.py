"""Files of the repository that the code writes and CI compares."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class GeneratedFileCommand(BaseCommand):
    """Writes one file from the code, or with --check refuses one that differs."""

    path: Path

    def text(self) -> str:
        raise TypeError(f"{type(self).__name__} must say what its file holds")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing, fail on a difference"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        text = self.text()
        if not check:
            self.path.write_text(text)
            self.stdout.write(f"written: {self.path.name}")
        elif not self.path.exists() or self.path.read_text() != text:
            command = type(self).__module__.rpartition(".")[2]
            raise CommandError(f"{self.path.name} differs from the code: run manage.py {command}")
