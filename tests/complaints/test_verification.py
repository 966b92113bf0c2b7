"""`verify_cases` finds whatever is changed behind the verbs: every column of what is kept of a case."""

from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction

from credit.complaints.case_posting.verification import broken_cases
from credit.complaints.models import CaseBreach, CaseClockRow, CaseEventRow, CaseEvidence, CaseFile
from tests.complaints.test_timers import instant
from tests.factories.complaints import ComplaintScene

pytestmark = pytest.mark.breaks_the_ledger

# What no event says: how the timers get on with a case, which place of three it takes, and whose it is since members
# were merged.
NOT_SEALED = {
    # Written once (trigger), held to the same shopper and store by the audit; and a mark of a search.
    *("retaliation_of", "looked_for_patterns"),
    *("attempts", "last_error", "set_aside_at", "next_attempt_at", "next_look_at", "filing_slot"),
    *("calendar_version", "member"),
}
CHANGES = {
    models.CharField: "{0} || 'x'",
    models.TextField: "coalesce({0}, '') || 'x'",
    models.DateTimeField: "coalesce({0}, now()) + interval '1 second'",
    models.JSONField: '{0} || \'{{"row": "0"}}\'',
    models.BooleanField: "not {0}",
    models.ForeignKey: "coalesce({0}, 0) + 1",
}


@contextmanager
def unguarded(table: str):
    """Without what keeps the table: for whoever has the database."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(
            "select format('alter table %%s drop constraint %%I cascade', conrelid::regclass, conname)"
            " from pg_constraint where conrelid = %s::regclass and contype in ('c', 'f', 'u')",
            [table],
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        cursor.execute(
            "select format('drop index %%s', indexrelid::regclass) from pg_index"
            " where indrelid = %s::regclass and indisunique and not indisprimary",
            [table],
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        cursor.execute(f"alter table {table} disable trigger user")
        yield cursor
        transaction.set_rollback(True)


def change_of(field: models.Field) -> str:
    form = next(
        (CHANGES[kind] for kind in CHANGES if isinstance(field, kind)), "coalesce({0}, 0) + 1"
    )
    return f"{field.column} = {form.format(field.column)}"


@pytest.fixture
def two_cases(db):
    """One with evidence, a settlement and everybody's acts, one that ran out of time."""
    whole = ComplaintScene().done()
    late = ComplaintScene().accepted().run_timers(instant("2026-06-20"))
    assert broken_cases() == (2, [])
    return whole.case, late.case


@pytest.mark.parametrize(
    ("model", "of"),
    [(CaseFile, 0), (CaseEventRow, 0), (CaseClockRow, 0), (CaseEvidence, 0), (CaseBreach, 1)],
)
def test_every_column_that_is_changed_is_found(two_cases, model, of):
    case, table = two_cases[of], model._meta.db_table
    key = "id" if model is CaseFile else "case_id"
    row = model.objects.filter(**{key: case.pk}).order_by("pk").first()
    missed = []
    for field in model._meta.concrete_fields:
        if field.primary_key or (model is CaseFile and field.name in NOT_SEALED):
            continue
        with unguarded(table) as cursor:
            cursor.execute(f"update {table} set {change_of(field)} where id = {row.pk}")
            assert cursor.rowcount == 1
            if not broken_cases()[1]:
                missed.append(field.name)

    assert missed == []
    assert broken_cases() == (2, [])


@pytest.mark.parametrize("model", [CaseEventRow, CaseClockRow, CaseEvidence])
def test_a_row_that_is_gone_is_found(two_cases, model):
    table = model._meta.db_table
    for row in model.objects.filter(case=two_cases[0]):
        with unguarded(table) as cursor:
            cursor.execute(f"delete from {table} where id = {row.pk}")
            assert len(broken_cases()[1]) == 1


def test_the_command_names_the_case_the_event_and_the_columns(two_cases, capsys):
    case, _other = two_cases
    case.refresh_from_db()
    with unguarded("complaints_casefile") as cursor:
        cursor.execute(
            f"update complaints_casefile set refunded_fen = 0, severity = 'minor' where id = {case.pk}"
        )
        with pytest.raises(CommandError, match="1 of 2 cases are broken"):
            call_command("verify_cases")

    assert capsys.readouterr().out == f"{case.public_id} {case.seq} row severity refunded_fen\n"
