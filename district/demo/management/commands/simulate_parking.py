"""Let the gates and counters of the demo's car parks report to a running district until it is stopped."""

import contextlib
import signal
import threading
from argparse import ArgumentParser
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from district.demo.models import Seeding
from district.demo.parking_simulation import Simulation


class Command(BaseCommand):
    help = (
        "Reports gate events and counts of the demo's car parks over HTTP, as their systems would."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base-url", required=True, help="where the district answers")
        parser.add_argument("--seconds", type=float, default=10.0, help="between two reports")

    def handle(self, *, base_url: str, seconds: float, **_: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("simulated gates report to a demo district only.")
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        session = requests.Session()

        def post(path: str, token: str, body: dict[str, Any]) -> None:
            # What nobody answers is lost: these cars do not exist.
            with contextlib.suppress(requests.RequestException):
                session.post(
                    f"{base_url.rstrip('/')}/api/v1/parking/feed/{path}",
                    json=body,
                    headers={"Authorization": f"Bearer {token}"},
                    timeout=20,
                )

        simulation = Simulation(post)
        while not stop.wait(seconds):
            try:
                if Seeding.objects.filter(finished_at__isnull=False).exists():
                    simulation.turn()
            except Error as trouble:
                # The database comes back, or the demo ends.
                self.stderr.write(str(trouble).split("\n", 1)[0])
                connection.close()
        with contextlib.suppress(Error):
            simulation.end()
