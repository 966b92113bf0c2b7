"""What beat asks the members app to forget."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.members import services as members
from district.members.models import CardCodeUse, ShopperSession
from district.members.tasks import purge_card_codes, purge_sessions

pytestmark = pytest.mark.django_db


def test_uses_of_codes_are_forgotten_after_a_day(member):
    now = clock.real_now()
    for number, age in enumerate((timedelta(hours=23), timedelta(hours=25))):
        CardCodeUse.objects.create(member=member, jti=bytes([number]) * 8, used_at=now - age)

    assert purge_card_codes() == 1

    assert CardCodeUse.objects.get().jti == bytes(8)


def test_sessions_are_forgotten_a_month_after_their_end(member):
    for _ in range(2):
        members.open_session(member=member)
    old = ShopperSession.objects.order_by("pk")[0]
    ended = clock.real_now() - timedelta(days=31)
    ShopperSession.objects.filter(pk=old.pk).update(
        created_at=ended - timedelta(days=30), expires_at=ended
    )

    assert purge_sessions() == 1

    assert not ShopperSession.objects.filter(pk=old.pk).exists()


def test_the_timetable_names_tasks_that_exist():
    assert (purge_card_codes.name, purge_sessions.name) == (
        "members.purge_card_codes",
        "members.purge_sessions",
    )
