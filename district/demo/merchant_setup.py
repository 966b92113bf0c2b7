"""The town as the verbs make it: venues, trades, merchants with stores, terms, tills and staff."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from district.demo.plan import Plan
from district.demo.plan.merchants import PlannedMerchant
from district.demo.plan.stores import PlannedStore
from district.demo.plan.trades import TRADES
from district.demo.plan.venues import VENUES
from district.demo.staff import appoint_staff
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import User
from district.merchants import services as merchants
from district.merchants.models import Merchant, Store, Trade, Venue
from loyalty import queries
from loyalty import services as loyalty

TILL = "收银系统"


def open_merchants(plan: Plan, *, by: User, on_progress: Callable[[], object]) -> None:
    """Every merchant of the plan is there, each whole or not yet at all."""
    with transaction.atomic():
        trades, venues = _trades(), _venues()
    existing = set(Merchant.objects.values_list("uscc", flat=True))
    for planned in plan.merchants:
        if planned.uscc not in existing:
            _MerchantOpener(plan, by, trades, venues).open(planned)
        on_progress()


def start_of(plan: Plan, day: int) -> datetime:
    """The instant at which a day of the year begins; days before the year are negative."""
    return clock.start_of_day(plan.demand_calendar.day(day))


class _MerchantOpener:
    """Opens one merchant after the other on behalf of the operator."""

    def __init__(
        self, plan: Plan, by: User, trades: dict[str, Trade], venues: dict[str, Venue]
    ) -> None:
        self._plan, self._by = plan, by
        self._trades, self._venues = trades, venues

    @transaction.atomic
    def open(self, planned: PlannedMerchant) -> None:
        since = start_of(self._plan, planned.since)
        with clock.travel_to(since):
            merchant = merchants.register_merchant(
                name=planned.name,
                legal_name=planned.legal_name,
                uscc=planned.uscc,
                contact_name=planned.contact_name,
                contact_phone=planned.contact_phone,
                by=self._by,
                key=Key.of("demo", f"merchant-{planned.number}"),
            )
            merchants.enrol_merchant(merchant=merchant, by=self._by, since=since)
            self._set_terms(merchant, planned)
            stores = [self._open_store(merchant, store) for store in planned.stores]
            merchants.issue_till_key(
                merchant=merchant,
                stores=stores,
                name=TILL,
                by=self._by,
                key=Key.of("demo", f"till-{planned.number}"),
            )
        appoint_staff(planned, merchant, stores, since=since + timedelta(hours=10), by=self._by)

    def _set_terms(self, merchant: Merchant, planned: PlannedMerchant) -> None:
        for terms in planned.terms:
            earning_terms = loyalty.EarningTerms(
                earn_points=terms.earn_points,
                earn_per_fen=terms.earn_per_fen,
                price_milli_fen=terms.price_milli_fen,
                validity_months=terms.validity_months,
            )
            start = start_of(self._plan, terms.since)
            loyalty.set_terms(
                merchant=merchant, earning_terms=earning_terms, start=start, by=self._by
            )

    def _open_store(self, merchant: Merchant, planned: PlannedStore) -> Store:
        store = merchants.open_store(
            merchant=merchant,
            venue=self._venues[planned.venue.code],
            trade=self._trades[planned.trade.code],
            name=planned.name,
            floor=planned.floor,
            unit_no=planned.unit_no,
            phone=planned.phone,
            intro=planned.intro,
            by=self._by,
            key=Key.of("demo", f"store-{planned.number}"),
        )
        hours = [
            merchants.Stretch(weekday, opens, closes)
            for weekday, spans in enumerate(planned.week.days)
            for opens, closes in spans
        ]
        return merchants.set_opening_hours(
            store=store, hours=hours, by=self._by, round_the_clock=planned.week.round_the_clock
        )


def _trades() -> dict[str, Trade]:
    return {
        trade.code: Trade.objects.get_or_create(
            code=trade.code, defaults={"name": trade.name, "sort": 10 * number}
        )[0]
        for number, trade in enumerate(TRADES, 1)
    }


def _venues() -> dict[str, Venue]:
    return {
        venue.code: Venue.objects.get_or_create(
            name=venue.name,
            defaults={
                "kind": venue.kind,
                "address": venue.address,
                "floors": list(venue.floors),
                "latitude": venue.latitude,
                "longitude": venue.longitude,
            },
        )[0]
        for venue in VENUES
    }


def set_first_policy(plan: Plan, *, by: User) -> None:
    """The alliance begins without ceilings on a key's and a merchant's day; it sets them two months before
    the end of the year (`chapters/holds.py`).

    Their counters are shared by members. A day of a lane is one transaction over many merchants, so two
    lanes would wait for each other's counters.
    """
    if queries.alliance_policy_row_at(start_of(plan, 0)) is None:
        with clock.travel_to(start_of(plan, 0)):
            policy = loyalty.AlliancePolicyValues(
                key_day_ceiling_points=None, merchant_day_ceiling_points=None
            )
            loyalty.set_alliance_policy(policy=policy, start=clock.now(), by=by)
