"""Calls at the same instant, each over its own connection."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from typing import Any

from django.db import connection

from district.replay.clients import ApiClient
from district.replay.connection import ApiConnection, ApiResponse


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


def call_concurrently(
    client: ApiClient,
    calls: Sequence[Callable[[Any], ApiResponse]],
    *,
    connections: int = 16,
) -> list[ApiResponse]:
    """Run calls (functions of a client) over so many connections at the same time; the answers."""
    base_url = client.connection.base_url

    def run(lane: int) -> list[ApiResponse]:
        with closing(ApiConnection(base_url)) as own:
            return [call(client.over(own)) for call in calls[lane::connections]]

    with ThreadPoolExecutor(connections) as pool:
        return [answer for lane in pool.map(run, range(connections)) for answer in lane]


def statuses(answers: Sequence[ApiResponse]) -> Counter[tuple[int, str | None]]:
    """How often each status and code was answered."""
    return Counter((answer.status, answer.code or None) for answer in answers)
