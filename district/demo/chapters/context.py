"""Who and what the chapters act with."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from district.demo.merchant_setup import start_of
from district.demo.plan import Plan
from district.demo.plan.demand_calendar import DAYS
from district.demo.plan.merchants import PlannedMerchant
from district.demo.plan.people import SIGN_IN_MEMBER_COUNT
from district.demo.planned_rows import PlannedRows
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member, User
from district.merchants.models import Clerk, Merchant, Store
from district.merchants.queries import Till


@dataclass(frozen=True)
class MerchantCounter:
    """A merchant of the plan with its rows: its stores in their order, and its till."""

    planned: PlannedMerchant
    merchant: Merchant
    stores: list[Store]
    till: Till

    @property
    def actor(self) -> str:
        return self.till.actor


@dataclass(frozen=True)
class ChapterContext:
    """The district after its year, the two operators, and the owner of the first steady merchant."""

    plan: Plan
    rows: PlannedRows
    operator: User
    second_operator: User
    owner: User

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """An instant of the last weeks; 0 is the last day of the year."""
        day = start_of(self.plan, DAYS - 1 - days_ago)
        return day + timedelta(hours=hour, minutes=minute)

    def travel_to(
        self, days_ago: int, hour: int, minute: int = 0
    ) -> AbstractContextManager[object]:
        return clock.travel_to(self.at(days_ago, hour, minute))

    @cached_property
    def main_merchants(self) -> tuple[MerchantCounter, MerchantCounter]:
        """The merchants where the demo's people work."""
        first, second = self.plan.main_merchants
        return self._counter(first), self._counter(second)

    @cached_property
    def other_merchants(self) -> list[MerchantCounter]:
        """Merchants that were there all year and still are, by the number of their stores."""
        mine = {planned.number for planned in self.plan.main_merchants}
        lasting = [
            planned
            for planned in self.plan.merchants
            if planned.number not in mine
            and (planned.since <= 0, planned.until, planned.suspended) == (True, None, None)
            and all(store.closed is None for store in planned.stores)
        ]
        lasting.sort(key=lambda planned: (-len(planned.stores), planned.number))
        return [self._counter(planned) for planned in lasting]

    @cached_property
    def members(self) -> list[Member]:
        """Members in the order of their numbers, without those a person signs in as."""
        return [self.rows.members[number] for number in sorted(self.rows.members)][
            SIGN_IN_MEMBER_COUNT:
        ]

    def member_cycle(self) -> Iterator[Member]:
        """One member after the other, again and again."""
        while True:
            yield from self.members

    def owner_of(self, counter: MerchantCounter) -> User:
        """Who owns a steady merchant: the owner's account among the demo's logins."""
        posts = Clerk.objects.filter(
            merchant=counter.merchant, role=Clerk.Role.OWNER, ended_at=None
        )
        return posts.select_related("user").latest("pk").user

    def _counter(self, planned: PlannedMerchant) -> MerchantCounter:
        stores = [self.rows.stores[store.number] for store in planned.stores]
        return MerchantCounter(planned, stores[0].merchant, stores, self.rows.tills[planned.number])


def key_of(name: str, number: int | str = 0) -> Key:
    """The idempotency key of an act, so that it is done once."""
    return Key.of("demo:chapters", f"{name}-{number}")
