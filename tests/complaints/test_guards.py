"""What the database refuses past every verb, and what the checks of histories find."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from credit.complaints.case_posting.work import _OF_STATE, _OWN_CLASSES
from credit.complaints.errors import CaseActRefused
from credit.complaints.machine import apply
from credit.complaints.machine.transitions import TABLE
from credit.complaints.machine.words import CaseActor
from district.kernel import invariants
from tests.factories.complaints import ComplaintScene

_EVENT = """insert into complaints_caseeventrow (case_id, seq, actor, by_id, action, from_state, to_state,
    reason_code, note, note_sha256, payload, policy_version, calendar_version, at, prev_hash, hash)
    select case_id, seq + 1, '{actor}', {by}, '{action}', to_state, to_state, '', null, note_sha256,
        jsonb_build_object('person', '{by}', 'details', '{details}'::jsonb, 'fields', '{{}}'::jsonb),
        policy_version, calendar_version, at, {prev}, repeat('a', 64)
    from complaints_caseeventrow where case_id = {case} order by seq desc limit 1"""


def refused(sql: str) -> str:
    """The constraint that refuses a statement, empty where nothing does; asked to the end of the transaction."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.execute("set constraints all immediate")
            transaction.set_rollback(True)
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name or "refused"
    except DatabaseError:
        return "refused"
    return ""


def event_sql(scene: ComplaintScene, **changes) -> str:
    usual = {
        "actor": "officer",
        "action": "confirm",
        "by": scene.officer.pk,
        "case": scene.case.pk,
        "details": "{}",
        "prev": "hash",
    }
    return _EVENT.format(**usual | changes)


def test_histories_stand_and_only_notes_are_erased(scene):
    scene.decided()
    pk = scene.case.pk
    events = f"complaints_caseeventrow set %s where case_id = {pk}"
    assert refused("update " + events % "payload = '{}'")
    assert refused("update " + events % "note = 'another'")
    assert refused("update complaints_casefile set amount_fen = 1")
    assert refused("update complaints_caseclockrow set due_at = due_at - interval '1 day'")
    assert refused(
        "update complaints_caseclockrow set stopped_at = null where stopped_at is not null"
    )
    for table in ("casefile", "caseeventrow", "caseclockrow", "casebreach", "casenotice"):
        assert refused(f"truncate complaints_{table} cascade")
    for table in ("casefile", "caseeventrow", "caseclockrow", "casenotice"):
        assert refused(f"delete from complaints_{table}")
    assert refused("update complaints_caseclockrow set round = round + 1")


def test_the_database_holds_what_guards_promise(scene):
    scene.decided().do("appeal", actor=CaseActor.MERCHANT, by=scene.clerk, reasons="证据不足。")
    pk, reviewer = scene.case.pk, scene.reviewer.pk
    assert refused(event_sql(scene, actor="reviewer")) == "case_reviewer_did_not_decide"
    assert refused(event_sql(scene, actor="reviewer", by=reviewer)) == ""
    assert refused(event_sql(scene, prev="repeat('b', 64)")) == "case_event_follows_its_own"
    assert refused(event_sql(scene, action="mark_abusive")) == "case_label_by_two_people"
    label = '{"second_person": "%s"}'
    assert refused(event_sql(scene, action="mark_abusive", details=label % scene.officer.pk)) == (
        "case_label_by_two_people"
    )
    assert refused(
        f"update complaints_casefile set state = 'withdrawn', closed_at = now() where id = {pk}"
    ) == ("case_closed_has_no_running_clock")
    assert refused(f"update complaints_casefile set refunded_fen = 9901 where id = {pk}") == (
        "case_refunds_at_most_what_was_paid"
    )
    assert refused(f"update complaints_casefile set filing_slot = 4 where id = {pk}") == (
        "case_filing_slot_of_three"
    )
    # A state of a tip-off.
    assert refused(f"update complaints_casefile set state = 'closed' where id = {pk}")


@pytest.mark.breaks_the_ledger
def test_the_audit_and_the_chain_find_what_was_changed_behind_the_verbs(scene, capsys):
    scene.done()
    call_command("verify_cases")
    assert capsys.readouterr().out == "1 cases are whole\n"
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table complaints_caseeventrow disable trigger user")
        cursor.execute("update complaints_casefile set refunded_fen = 0, state = 'mediation'")
        cursor.execute(
            "update complaints_caseeventrow set payload = jsonb_set(payload, '{details,stance}', '\"agree\"')"
            " where action = 'answer'"
        )
    found = {offence.query for offence in invariants.offences()}
    assert {
        "what a case says is what its events changed last",
        "a case stands where its last event left it",
    } <= found
    with pytest.raises(CommandError, match="1 of 1 cases are broken"):
        call_command("verify_cases")
    assert capsys.readouterr().out == f"{scene.case.public_id} 3 hash\n"


def test_every_refusal_of_the_machine_has_its_words():
    names = {guard.__name__ for row in TABLE for guard in row.guards}
    names |= {
        value
        for name, value in vars(apply).items()
        if name.isupper() and isinstance(value, str) and value not in _OF_STATE
    } - {apply.NOT_DUE}

    assert names - _OWN_CLASSES.keys() == CaseActRefused._PROBLEMS.keys()
