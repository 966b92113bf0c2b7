"""The database is what the files say."""

import pytest
from django.core.management import call_command
from django.db import connection

from district.kernel.sqlfiles import sql_files


def bodies():
    with connection.cursor() as cursor:
        cursor.execute(
            "select proname || ' ' || pg_get_function_identity_arguments(oid), prosrc from pg_proc"
            " where pronamespace = 'public'::regnamespace"
        )
        return dict(cursor.fetchall())


def test_the_functions_are_those_of_the_files(db):
    before = bodies()

    with connection.cursor() as cursor:
        for _name, text in sql_files():
            cursor.execute(text)

    assert bodies() == before


def test_no_function_is_left_over_from_an_older_file(db):
    files = "\n".join(text for _name, text in sql_files())
    with connection.cursor() as cursor:
        cursor.execute("select proname from pg_proc where pronamespace = 'public'::regnamespace")
        names = {name for (name,) in cursor.fetchall()}

    by_migration = {"kernel_refuse_change", "loyalty_transfer_fits"}
    ours = {name for name in names if name.startswith(("kernel_", "loyalty_"))}
    assert {name for name in ours - by_migration if f"function {name}(" not in files} == set()


def test_models_and_migrations_agree(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize(
    "table", ["kernel_auditline", "loyalty_transfer", "loyalty_draw", "loyalty_restore"]
)
def test_append_only_tables_are_guarded_three_ways(db, table):
    with connection.cursor() as cursor:
        cursor.execute(
            "select string_agg(pg_get_triggerdef(oid), ' ') from pg_trigger"
            " where tgrelid = %s::regclass and not tgisinternal",
            [table],
        )
        definition = cursor.fetchone()[0]

    assert all(word in definition for word in ("UPDATE", "DELETE", "TRUNCATE"))
