"""The demo's cases of the last days, played at two merchants without the rest of the demo."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from credit.complaints import services as complaints
from credit.complaints.demo_states import _STATES, play_every_state, play_tip_offs
from credit.complaints.models import AbuseLabel, CaseFile, CaseStory, ComplaintDraft
from district.kernel import clock
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member, make_operator, make_staff
from tests.factories.merchants import make_clerk

LAST_DAY = datetime(2026, 6, 30, tzinfo=clock.SHANGHAI)


class Demo(SimpleNamespace):
    """As much of a ChapterContext as the cases need."""

    def at(self, days_ago, hour):
        return LAST_DAY - timedelta(days=days_ago) + timedelta(hours=hour)

    def travel_to(self, days_ago, hour):
        return clock.travel_to(self.at(days_ago, hour))

    def owner_of(self, counter):
        return counter.owner


def make_counter(number):
    store = make_earning_store()
    owner = make_clerk(user=make_staff(f"owner{number}"), merchant=store.merchant).user
    return SimpleNamespace(stores=[store], owner=owner)


def test_every_state_in_which_a_case_rests_is_there(db):
    demo = Demo(
        main_merchants=[make_counter(1), make_counter(2)],
        operator=make_operator("first"),
        second_operator=make_operator("second"),
        members=[make_member()],
    )
    for number in range(len(_STATES) + 2):
        counter = demo.main_merchants[number % 2]
        with demo.travel_to(10, 12):
            buy(make_member(), counter.stores[0], fen=8_000, no=f"D{number}")
    with demo.travel_to(80, 12):
        buy(make_member(), demo.main_merchants[0].stores[0], fen=8_000, no="old")
    play_every_state(demo)
    play_tip_offs(demo)
    with demo.travel_to(0, 20):
        complaints.run_timers()

    states = set(CaseFile.objects.values_list("state", flat=True))
    assert {*_STATES, "closed_resolved"} <= states
    assert {"received", "checked", "no_action", "inspection", "closed"} <= states
    assert (AbuseLabel.objects.count(), ComplaintDraft.objects.count()) == (1, 2)
    assert CaseStory.objects.exclude(published_at=None).count() == 1
    assert CaseFile.objects.exclude(retaliation_of=None).count() == 1
