"""The demo's chapter: a re-rating that is done and one that waits."""

from datetime import timedelta
from types import SimpleNamespace

from district.kernel import clock
from parking.demo_reratings import play_reratings
from parking.models import FeeRefund, Rerating, ShadowReport
from tests.factories.merchants import make_store
from tests.factories.parking import make_car_park, make_feed
from tests.parking.reratings.charging_steps import NOW, somebody


def test_two_nights_went_back_and_the_rest_waits(noon):
    def at(days_ago, hour, minute=0):
        return clock.start_of_day(NOW.date() - timedelta(days=days_ago)) + timedelta(
            hours=hour, minutes=minute
        )

    store = make_store()
    make_car_park(feed=make_feed(store.merchant))
    context = SimpleNamespace(
        main_merchants=[SimpleNamespace(merchant=store.merchant, stores=[store])],
        operator=somebody(),
        second_operator=somebody(),
        at=at,
        travel_to=lambda *when: clock.travel_to(at(*when)),
    )
    play_reratings(context)

    done, waiting = Rerating.objects.order_by("pk")
    assert (done.state, done.job.state, waiting.state) == ("approved", "done", "proposed")
    assert FeeRefund.objects.count() == done.planned_refunds == 2
    assert waiting.planned_refund_fen > 0
    assert ShadowReport.objects.get().cheaper >= 1
