"""The database is what the files say."""

import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from district.kernel.database.sqlfiles import sql_files

pytestmark = pytest.mark.django_db

UPDATE, DELETE, TRUNCATE = 16, 8, 32  # bits of pg_trigger.tgtype
NEVER_CHANGED = {
    "coupons_billrefund",
    "coupons_budgetwarning",
    "coupons_fundingpart",
    "coupons_redemptionrequest",
    "coupons_versionedit",
    "credit_caseoutcomeversion",
    "credit_creditrecord",
    "credit_creditsnapshot",
    "credit_inspection",
    "credit_licence",
    "credit_profileentry",
    "credit_recordimport",
    "credit_recordversion",
    "kernel_auditline",
    "loyalty_draw",
    "loyalty_restore",
    "loyalty_transfer",
    "parking_arrearsreminder",
    "parking_carparkimport",
    "parking_gateevent",
    "parking_platecorrection",
    "parking_shadowreport",
    "parking_liveoccupancy",
    "parking_wechatexchange",
    "payments_billrow",
    "payments_channelcall",
    "settlement_booking",
    "settlement_charge",
    "settlement_journalseal",
    "settlement_line",
    "settlement_statementpayment",
    "settlement_statement",
}


def functions():
    """Every function of ours with its whole definition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select oid::regprocedure::text, pg_get_functiondef(oid) from pg_proc"
            " where pronamespace = 'public'::regnamespace and prokind = 'f'"
        )
        return dict(cursor.fetchall())


def test_the_functions_are_those_of_the_files():
    before = functions()

    with connection.cursor() as cursor:
        for _name, text in sql_files():
            cursor.execute(text)

    assert functions() == before


def test_every_function_stands_in_a_file_or_a_migration():
    """One that a deleted file left behind would live on in every database but the newest."""
    sql_text = "\n".join(text for _name, text in sql_files())
    for path in settings.ROOT.glob("**/migrations/*.py"):
        if ".venv" not in path.parts:
            sql_text += path.read_text()
    named = set(re.findall(r"create (?:or replace )?function (\w+)", sql_text))

    assert {name.partition("(")[0] for name in functions()} == named


def test_no_function_looks_at_the_clock():
    """An instant is an argument: a replay and a repair must be able to say when."""
    telling = re.compile(
        r"\b(now\(\)|current_timestamp|\w+_timestamp\(\)|localtime)", re.IGNORECASE
    )
    looking = [name for name, text in sql_files() if telling.search(re.sub("--.*", "", text))]

    assert looking == []


def test_models_and_migrations_agree():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_what_is_written_once_is_guarded_three_ways():
    guards: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select tgrelid::regclass::text, tgtype::int from pg_trigger"
            " where tgfoid = 'kernel_refuse_change'::regproc and tgenabled = 'O'"
        )
        for table, events in cursor.fetchall():
            guards[table] = guards.get(table, 0) | events & (UPDATE | DELETE | TRUNCATE)

    assert set(guards) >= NEVER_CHANGED
    assert {
        table for table, events in guards.items() if events != UPDATE | DELETE | TRUNCATE
    } == set()


def test_every_constraint_and_index_of_ours_reads_as_a_promise():
    """Django names what nobody named `app_table_column_1a2b3c4d`, and such a name tells a person nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select conrelid::regclass::text, conname from pg_constraint"
            " where contype in ('c', 'x') and connamespace = 'public'::regnamespace"
            " and conrelid::regclass::text ~ '^(kernel|calendar|members|merchants|payments|loyalty|batches|bills|business_circle|settlement|coupons|issuing|offline|parking|credit)_'"
        )
        unnamed = [
            (table, name)
            for table, name in cursor.fetchall()
            if re.search(r"_[0-9a-f]{8}(_|$)", name)
        ]

    assert unnamed == []
