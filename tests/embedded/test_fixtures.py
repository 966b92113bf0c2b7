"""The databases and servers that other tests stand on."""

import threading
import urllib.request

import psycopg
import pytest
from django.db import connection

from district import celery
from district.embedded.ports import answers
from district.embedded.processes import wait_until
from tests.databases import conninfo_url


def sql(text: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall() if cursor.description else []


def status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=10) as answer:
        found: int = answer.status
        return found


def test_a_database_of_ones_own_is_seen_by_every_thread(real_db):
    sql("create table kept as select 7 as number")
    seen = []

    def look() -> None:
        seen.extend(sql("select number, current_database() from kept"))
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [(7, real_db.name)]


def test_the_next_test_finds_none_of_it_and_every_migration(real_db):
    assert sql("select to_regclass('kept')") == [(None,)]
    assert sql("select count(*) > 0 from django_migrations") == [(True,)]
    assert sql("select count(*) > 0 from kernel_sqlfile") == [(True,)]


def test_a_test_in_a_transaction_uses_another_database(db, databases):
    [(name,)] = sql("select current_database()")

    assert name.startswith("district_test_")
    with psycopg.connect(databases.url_of(name)) as other:
        assert other.execute("select 1").fetchone() == (1,)


def test_the_web_server_answers_from_the_tests_database_and_comes_back_when_killed(real_db, web):
    assert status(f"{web.base_url}/readyz") == 200

    web.kill9()
    with pytest.raises(OSError):  # noqa: PT011 - refused, or reset while the kernel clears up
        status(f"{web.base_url}/livez")
    web.start()

    assert status(f"{web.base_url}/readyz") == 200


def test_a_killed_web_worker_is_replaced(web):
    before = set(web.pids())

    dead = web.kill_worker9()

    # What had been queued at the dead one's socket is reset; a client asks again.
    assert wait_until(lambda: answers(web.port, "/livez"), 20)
    assert wait_until(lambda: web.started_workers() == 3, 15)
    assert len(web.pids()) == 3
    assert before - set(web.pids()) == {dead}
    assert status(f"{web.base_url}/livez") == 200


def test_the_worker_hears_what_this_process_publishes(real_db, worker):
    celery.app.send_task("kernel.deliver_events")
    assert wait_until(lambda: "task done" in worker.log_text(), 20), worker.log_text()

    worker.kill9()
    celery.app.send_task("kernel.deliver_events")
    worker.start()

    assert wait_until(lambda: "task done" in worker.log_text(), 20), worker.log_text()


def test_an_address_leads_to_another_database_of_the_same_server():
    assert conninfo_url("postgresql://me:pw@/one?host=%2Fa%2Fb&port=1", "two") == (
        "postgresql://me:pw@/two?host=%2Fa%2Fb&port=1"
    )
    assert conninfo_url("postgres://me@127.0.0.1:5/one", "two") == "postgres://me@127.0.0.1:5/two"


@pytest.mark.kill
def test_the_durable_server_keeps_what_it_acknowledged_through_a_kill(durable_cluster, durable_db):
    assert sql("show synchronous_commit") == [("on",)]
    assert sql("show fsync") == [("on",)]
    sql("create table kept as select 7 as number")

    dead = durable_cluster.kill9()
    durable_cluster.wait_back(dead)
    connection.close()

    assert sql("select number from kept") == [(7,)]


@pytest.mark.kill
def test_servers_stand_on_the_durable_database_where_a_test_asks_for_it(durable_db, web):
    assert web.env["DATABASE_URL"] == durable_db.url
    assert status(f"{web.base_url}/readyz") == 200
