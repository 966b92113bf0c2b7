"""What only a district with umbrellas can show; test_plug_in.py runs it in one."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from umbrellas.models import Loan
from umbrellas.tests.contribution import lend

from district.kernel import clock
from district.kernel.http.rate_limits import hit
from district.kernel.models import AuditLine
from district.kernel.outbox import delivery
from district.kernel.plugin import beat_schedule
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import make_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def loan():
    return lend(make_store(), make_member(), "U-0007")


def test_its_listener_hears_its_event(loan):
    delivery.deliver_due()

    line = AuditLine.objects.get(verb="thank_borrower")
    assert line.subject == f"members.member:{loan.member_id}"


def test_its_invariant_is_audited_alone_and_with_all(loan, capsys):
    call_command("audit", "umbrellas")
    assert "clean: 1 audit queries returned nothing." in capsys.readouterr().out

    Loan.objects.update(returned_at=clock.now().replace(year=2020))
    for apps in ((), ("umbrellas",)):
        with pytest.raises(CommandError, match="1 rows break a promise"):
            call_command("audit", *apps)
        assert "an umbrella comes back after it was lent" in capsys.readouterr().err


def test_beat_sends_its_task():
    assert beat_schedule()["count late umbrellas"] == {
        "task": "umbrellas.count_late",
        "schedule": 600.0,
    }


def test_its_limit_counts(settings):
    settings.RATE_LIMITS_OFF = False
    hit("umbrella_store", 1)


def test_an_operator_finds_its_screen_in_the_sidebar(client, loan):
    client.force_login(make_operator())

    page = client.get("/admin/").content.decode()

    assert reverse("admin:umbrellas_loan_changelist") in page
    assert "雨伞" in page
