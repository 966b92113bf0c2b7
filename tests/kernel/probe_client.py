"""Asking the probes of probe_urls.py, and reading the problems that come back."""

import json
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def probes(settings):
    """A client of a district that has the probes."""
    settings.ROOT_URLCONF = "tests.kernel.probe_urls"
    # As a server answers: an exception is no test failure but a 500.
    return Client(raise_request_exception=False)


def problem(answer) -> dict[str, Any]:
    """The problem's members, once its form is right."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    body = json.loads(answer.content)
    assert body["status"] == answer.status_code
    assert body["type"] == f"tag:smart-district,2026:problem/{body['code']}"
    return {name: value for name, value in body.items() if name not in {"type", "status"}}
