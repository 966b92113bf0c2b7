import os

import psycopg
import pytest
from django.db import connection

from district.replay.database import own_database
from district.replay.errors import ReplayError
from loyalty.models import Receipt


@pytest.mark.slow
def test_a_replay_makes_a_database_of_its_own_and_leaves_the_other_one_alone(real_db, databases):
    name = f"test_{os.getpid()}"
    try:
        with own_database(name) as made:
            standing_on = _name_of_the_database()
            receipts = Receipt.objects.count()
    finally:
        databases.drop(f"replay_{name}")

    assert (made, standing_on, receipts) == (f"replay_{name}", f"replay_{name}", 0)
    assert _name_of_the_database() == real_db.name


def test_a_replay_keeps_to_a_replay_database_it_already_stands_on(real_db, databases):
    name = f"replay_test_{os.getpid()}_kept"
    with psycopg.connect(databases.url, autocommit=True) as server:
        connection.close()
        server.execute(f'alter database "{real_db.name}" rename to "{name}"')
    connection.settings_dict["NAME"] = name
    try:
        with own_database("completejourney") as kept:
            assert (kept, _name_of_the_database()) == (name, name)
    finally:
        connection.close()
        databases.drop(name)


@pytest.mark.usefixtures("real_db")
def test_a_server_that_is_not_there_is_one_sentence():
    port = connection.settings_dict["PORT"]
    host = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="9")
    try:
        with pytest.raises(ReplayError, match="replay_x 不可用") as trouble, own_database("x"):
            pytest.fail("there is no server")
    finally:
        connection.settings_dict.update(HOST=host, PORT=port)

    assert "\n" not in str(trouble.value)


def _name_of_the_database():
    with connection.cursor() as cursor:
        cursor.execute("select current_database()")
        return cursor.fetchone()[0]
