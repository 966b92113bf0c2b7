"""An app that listens to TeaServed in a real worker, for test_workers.py."""

import os
import time
from pathlib import Path
from typing import Any

from django.apps import AppConfig


class ListenerConfig(AppConfig):
    name = "tests.kernel.listener"

    def ready(self) -> None:
        from district.kernel.outbox.events import subscribe

        subscribe("TeaServed", wash_up)


def wash_up(payload: dict[str, Any]) -> None:
    """Leaves a mark outside, takes its time, and then leaves one in the database."""
    from district.kernel import audit

    with Path(os.environ["LISTENER_MARKS"]).open("a") as marks:
        marks.write(f"{payload['cup']}\n")
    time.sleep(payload["seconds"])
    if payload["cup"] < 0:
        raise ValueError(payload["guest"])
    audit.record(verb="wash", subject=f"cup:{payload['cup']}")
