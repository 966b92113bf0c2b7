"""The nightly audit leaves what it found where people look."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from district.kernel import clock, invariants, plugin
from district.kernel.plugin import invariants_of
from loyalty import services as loyalty
from loyalty.models import AuditRun, PointsAccount
from loyalty.tasks import run_audit_nightly
from tests.factories.loyalty import buy
from tests.factories.members import make_member
from tests.loyalty.sql_bypass import refused

pytestmark = pytest.mark.usefixtures("calendar_of_next_year")

breaks = pytest.mark.breaks_the_ledger


def warnings():
    return Client().get("/readyz").json()["warnings"]


def break_something(tea, many=1):
    for number in range(many):
        buy(make_member(f"客{number}"), tea, fen=1_000)
    PointsAccount.objects.update(pending=7)


def test_a_clean_ledger_is_written_down_as_clean(member, tea):
    buy(member, tea, fen=1_000)

    assert run_audit_nightly() == 0

    run = AuditRun.objects.get()
    assert (run.queries, run.offences, run.found) == (len(invariants_of()), 0, [])
    assert run.ended_at >= run.started_at
    assert warnings() == {}


@breaks
def test_what_is_broken_is_counted_and_its_first_rows_are_kept(tea):
    break_something(tea, many=invariants.MAX_ROWS + 2)

    run = loyalty.run_audit()

    run.refresh_from_db()
    found = {finding["query"]: finding for finding in run.found}
    pockets = found["every pocket of an account is the sum of its lines"]
    assert pockets["count"] == invariants.MAX_ROWS + 2
    assert len(pockets["rows"]) == invariants.MAX_ROWS
    assert pockets["rows"][0]["pending"] == 7
    assert run.offences == sum(finding["count"] for finding in run.found) > invariants.MAX_ROWS


@breaks
def test_readyz_says_so_and_goes_on_serving(tea):
    break_something(tea)
    run = loyalty.run_audit()

    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["warnings"]["ledger_audit"].startswith(
        f"{run.offences} rows break a promise of the ledger"
    )
    PointsAccount.objects.update(pending=0)
    loyalty.run_audit()
    assert warnings() == {}


def test_readyz_says_when_nobody_audits_any_more(db):
    assert warnings() == {}
    at = clock.real_now() - timedelta(days=3)
    AuditRun.objects.create(started_at=at, ended_at=at, queries=1, offences=0)

    assert warnings()["ledger_audit"].endswith("is beat running?")


def test_an_alarm_that_fails_is_a_warning_and_no_accident(db, monkeypatch):
    def broken():
        raise RuntimeError

    monkeypatch.setitem(plugin.warning_functions(), "broken", broken)

    assert warnings() == {"broken": "RuntimeError"}


@breaks
def test_the_command_prints_the_rows_and_fails(tea, capsys):
    break_something(tea, many=invariants.MAX_ROWS + 2)

    with pytest.raises(CommandError, match="rows break a promise"):
        call_command("audit")

    output = capsys.readouterr().err
    assert "broken: every pocket of an account is the sum of its lines: member_id=" in output
    assert "and 2 more" in output
    assert AuditRun.objects.get().offences > 0


def test_the_command_says_that_all_is_well(db, capsys):
    call_command("audit")

    assert capsys.readouterr().out.startswith(f"clean: {len(invariants_of())} audit queries")


@pytest.mark.parametrize(
    "act", ["update loyalty_auditrun set offences = 0", "delete from loyalty_auditrun"]
)
def test_what_was_found_stays_found(db, act):
    loyalty.run_audit()

    refused("append-only", act)


def test_a_run_that_asked_nothing_is_none(db):
    at = clock.real_now()
    with pytest.raises(IntegrityError, match="audit_run_counts"), transaction.atomic():
        AuditRun.objects.create(started_at=at, ended_at=at, queries=0, offences=0)


def test_the_audit_reads_one_snapshot_during_live_traffic(real_db):
    """Outside of a transaction it opens its own, which writes nothing."""
    run = loyalty.run_audit()

    assert run.offences == 0
