"""Calls at the same instant, each over its own connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def race(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same instant, each on its own connection; give what each came to."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        # Connected before the gate opens: else the first to connect wins every race.
        connection.ensure_connection()
        gate.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - a refusal is an outcome
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
