"""Each named constraint of cases, taken away alone: what it refuses is refused by nothing else."""

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.complaints import ComplaintScene

FILE, EVENT, CLOCK = "complaints_casefile", "complaints_caseeventrow", "complaints_caseclockrow"
# What breaks each, of the case {case} or of its event {seq}; triggers that keep what was written are off.
BREAKS = {
    "case_states_are_of_its_kind": f"update {FILE} set kind = 'tip_off', anonymity = 2, filing_slot = null where id = {{case}}",
    "case_closed_iff_dated": f"update {FILE} set closed_at = now() where id = {{case}}",
    "case_refunds_at_most_what_was_paid": f"update {FILE} set refunded_fen = 9901 where id = {{case}}",
    "case_verified_by_a_receipt": f"update {FILE} set receipt_id = null where id = {{case}}",
    "case_anonymity_known": f"update {FILE} set anonymity = 3 where id = {{case}}",
    "case_entered_by_staff_or_shopper": f"update {FILE} set entered_by_id = {{person}} where id = {{case}}",
    "case_merged_iff_into_another": f"update {FILE} set merged_into_id = {{other}} where id = {{case}}",
    "case_filing_slot_of_three": f"update {FILE} set filing_slot = 4 where id = {{case}}",
    "case_filing_slot_of_one_open_case": f"update {FILE} set filing_slot = 2 where id = {{other}}",
    "case_one_open_per_purchase": f"update {FILE} set paid_fen = 9900, receipt_id ="
    f" (select receipt_id from {FILE} where id = {{case}}) where id = {{other}}",
    "case_event_once_per_number": f"update {EVENT} set seq = 3 where case_id = {{case}} and seq = 2",
    "case_event_begins_the_chain": f"update {EVENT} set from_state = 'new' where case_id = {{case}} and seq = 2",
    "case_event_done_by_somebody": f"update {EVENT} set actor = 'timer' where case_id = {{case}} and seq = 2",
    "case_event_note_is_of_its_digest": f"update {EVENT} set note = 'x', note_salt = repeat('5a', 16) where case_id = {{case}} and seq = 2",
    "case_event_note_has_a_salt": f"update {EVENT} set note = 'x', note_salt = '' where case_id = {{case}} and seq = 2",
    "case_event_names_its_person": f"update {EVENT} set by_id = {{person}} where case_id = {{case}} and seq = 1",
    "case_label_by_two_people": f"update {EVENT} set action = 'mark_abusive' where case_id = {{case}} and seq = 2",
    "case_clock_once_per_round": f"insert into {CLOCK} (case_id, name, round, party, trigger_at, due_at, stopped_at,"
    f" is_provisional, policy_version, calendar_version) select case_id, name, round, party, trigger_at, due_at,"
    f" due_at, is_provisional, policy_version, calendar_version from {CLOCK} where case_id = {{case}} and name = 'triage'",
    "case_clock_one_running_of_a_name": f"insert into {CLOCK} (case_id, name, round, party, trigger_at, due_at,"
    f" is_provisional, policy_version, calendar_version) select case_id, name, 2, party, trigger_at, due_at,"
    f" is_provisional, policy_version, calendar_version from {CLOCK} where case_id = {{case}} and name = 'overall'",
    "case_clock_ends_after_its_trigger": f"update {CLOCK} set due_at = trigger_at where case_id = {{case}} and name = 'triage'",
}


def broken_by(sql: str, without: tuple[str, str] | None = None) -> str:
    """The constraint that refuses a statement; empty where none does."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            for table in (FILE, EVENT, CLOCK):
                cursor.execute(f"alter table {table} disable trigger user")
            if without is not None:
                table, name = without
                cursor.execute("select 1 from pg_constraint where conname = %s", [name])
                is_constraint = cursor.fetchone() is not None
                cursor.execute(
                    f"alter table {table} drop constraint {name} cascade"
                    if is_constraint
                    else f"drop index {name}"
                )
            cursor.execute(sql)
            transaction.set_rollback(True)
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)  # type: ignore[union-attr]
    return ""


@pytest.fixture
def cases(db):
    """Two open cases of a shopper, the first about a purchase and further on."""
    scene = ComplaintScene()
    other = scene.file(receipt_no="").case
    scene.negotiating()
    return {"case": scene.case.pk, "other": other.pk, "person": scene.reviewer.pk}


def test_each_constraint_refuses_what_nothing_else_does(cases):
    for name, form in BREAKS.items():
        sql = form.format(**cases)
        table = next(word for word in sql.split() if word.startswith("complaints_"))
        assert broken_by(sql) == name
        assert broken_by(sql, without=(table, name)) != name, name
