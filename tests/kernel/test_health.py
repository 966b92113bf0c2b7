"""/livez and /readyz."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from district.kernel import clock
from district.kernel.http import health
from district.kernel.models import OutboxRow
from tests.kernel.database_outage import database_outage

pytestmark = pytest.mark.usefixtures("calendar_of_next_year")


def ready() -> tuple[int, dict[str, Any]]:
    answer = Client(raise_request_exception=False).get("/readyz")
    return answer.status_code, answer.json()


@pytest.mark.django_db
def test_a_process_that_answers_lives_and_says_its_mode():
    answer = Client().get("/livez")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive", "mode": "test"})


@pytest.mark.django_db
def test_in_replay_it_also_says_which_database_it_works_on(settings):
    settings.REPLAY = True

    database = Client().get("/livez").json()["database"]

    assert database == health.database_fingerprint()
    assert len(database) == 32


@pytest.mark.django_db
def test_ready_when_every_part_is_right():
    assert ready() == (200, {"status": "ready", "causes": {}, "warnings": {}})


def test_not_ready_without_a_database_and_ready_again_with_it(real_db):
    with database_outage(real_db):
        assert ready() == (
            503,
            {
                "status": "not ready",
                "causes": {"database": "cannot reach PostgreSQL"},
                "warnings": {},
            },
        )

    assert ready()[0] == 200


def test_not_ready_while_migrations_wait(real_db):
    with connection.cursor() as cursor:
        # The newest: Django asks no further once that one is applied.
        cursor.execute(
            "delete from django_migrations where app = 'kernel' and name ="
            " (select max(name) from django_migrations where app = 'kernel')"
        )

    status, body = ready()

    assert (status, body["causes"]) == (503, {"migrations": "1 not applied: run manage.py setup"})


def test_not_ready_without_the_cache_table(real_db):
    with connection.cursor() as cursor:
        cursor.execute("drop table kernel_cache")

    status, body = ready()

    assert (status, body["causes"]) == (
        503,
        {"cache": "does not keep what it is given: run manage.py setup"},
    )


def test_not_ready_while_sql_files_are_not_installed(real_db):
    with connection.cursor() as cursor:
        cursor.execute("update kernel_sqlfile set digest = 'other' where name = 'kernel/claim.sql'")

    status, body = ready()

    assert (status, body["causes"]) == (
        503,
        {"functions": "1 SQL files not installed: run manage.py setup"},
    )


@pytest.mark.django_db
def test_events_that_wait_or_were_set_aside_are_a_warning_and_no_reason_to_stop_serving():
    now = clock.real_now()
    OutboxRow.objects.create(name="Old", payload={}, created_at=now - timedelta(minutes=6))
    OutboxRow.objects.create(name="Poison", payload={}, set_aside_at=now)

    status, body = ready()

    assert status == 200
    assert set(body["warnings"]) == {"outbox", "set_aside"}
    assert body["warnings"]["set_aside"].startswith("1 events")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_need_no_host_and_no_https(settings, path):
    settings.SECURE_SSL_REDIRECT = True

    answer = Client().get(path, headers={"Host": "10.1.2.3:8000"})

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
