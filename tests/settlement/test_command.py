"""`manage.py settle` and `export_statement`: the verbs, for a whole database at once."""

import json

import pytest
from django.core.management import CommandError, call_command

from district.kernel import clock
from district.kernel.models import AuditLine
from loyalty.settlement.models import Cycle, JournalSeal, Statement
from tests.factories.loyalty import buy, pay_points
from tests.factories.members import make_operator, make_staff
from tests.factories.settlement import book
from tests.settlement.conftest import AFTER, INSIDE

PEOPLE = ("--proposer", "zhang", "--approver", "wang")


def command_output(capsys, *arguments):
    call_command(*arguments)
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("zhang", "wang")
def test_every_cycle_that_is_over_is_closed_once(member, tea, books, capsys):
    buy(member, tea, fen=20_000)
    pay_points(member, books, points=100)
    book(tea, books, 30, reference="rdm_1")
    with clock.travel_to(AFTER):
        pay_points(member, books, points=10)
        first = command_output(capsys, "settle", "--days", "7", *PEOPLE)
        again = command_output(capsys, "settle", "--days", "7", *PEOPLE)

    assert first == again
    assert [cycle["last_day"] for cycle in first["cycles"]] == [
        "2026-03-16", "2026-03-23", "2026-03-30",
    ]  # fmt: skip
    assert [cycle["fen"] for cycle in first["cycles"]] == [100, 0, 0]
    assert [cycle["charges_fen"] for cycle in first["cycles"]] == [30, 0, 0]
    assert {cycle["net"] for cycle in first["cycles"]} == {0}
    assert first["seals"] == JournalSeal.objects.count() == 22
    assert Cycle.objects.filter(state="open").count() == 0
    found = command_output(capsys, "export_statement", "1", tea.merchant.public_id)
    assert found["statement"] == Statement.objects.get(merchant=tea.merchant).public_id
    with pytest.raises(CommandError, match="no such statement"):
        call_command("export_statement", "9", "largest")


def test_it_takes_two_people_who_exist(zhang, member, tea):
    buy(member, tea, fen=20_000)
    with clock.travel_to(AFTER):
        with pytest.raises(CommandError, match="nobody"):
            call_command("settle", "--proposer", "zhang", "--approver", "nobody")
        with pytest.raises(CommandError, match="复核"):
            call_command("settle", "--days", "3", "--proposer", "zhang", "--approver", "zhang")
    assert zhang.username == "zhang"
    assert not Statement.objects.exists()


def test_naming_somebody_at_the_shell_gives_no_right(zhang, member, tea):
    """A clerk, or an operator who was switched off, neither proposes nor approves."""
    buy(member, tea, fen=20_000)
    make_staff("clerk")
    gone = make_operator("gone")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    with clock.travel_to(AFTER):
        for proposer, approver in (("clerk", "zhang"), ("zhang", "clerk"), ("zhang", "gone")):
            with pytest.raises(CommandError, match="no operator with the right to close"):
                call_command("settle", "--proposer", proposer, "--approver", approver)
    assert zhang.username == "zhang"
    assert not Cycle.objects.exists()


@pytest.mark.usefixtures("wang")
def test_the_journal_says_that_it_was_done_at_the_shell(zhang, member, tea, client, capsys):
    buy(member, tea, fen=20_000)
    with clock.travel_to(AFTER):
        command_output(capsys, "settle", *PEOPLE)

    lines = AuditLine.objects.filter(verb__in=["open_cycle", "propose_close", "approve_close"])
    assert [line.facts["shell_command"] for line in lines] == ["settle"] * 3
    assert all(line.facts["shell_account"] for line in lines)
    client.force_login(zhang)
    cycle = Cycle.objects.get()
    page = client.get(f"/admin/settlement/cycle/{cycle.pk}/history/").content.decode()
    assert page.count("（命令行）") == 3
    assert "复核结账（命令行）" in page


def test_a_database_without_postings_has_nothing_to_settle(zhang, wang, capsys):
    with clock.travel_to(INSIDE):
        figures = command_output(capsys, "settle", *PEOPLE)
    assert figures == {"cycles": [], "seals": 0, "last_seal": None}
    assert zhang != wang
