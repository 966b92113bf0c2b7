"""The people behind the counters; none of these accounts has a password."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from district.demo.plan.merchants import PlannedMerchant
from district.demo.plan.names import staff_name
from district.demo.plan.random_streams import random_stream
from district.kernel import clock
from district.members.models import User
from district.merchants import services as merchants
from district.merchants.models import Clerk, Merchant, Store

_HAS_OWNER, _STORES_FOR_FINANCE, _LEAVES = 0.8, 3, 0.08
_TITLES = {
    Clerk.Role.OWNER: "老板",
    Clerk.Role.MANAGER: "店长",
    Clerk.Role.CASHIER: "收银",
    Clerk.Role.FINANCE: "会计",
}


class _Position(NamedTuple):
    role: Clerk.Role
    stores: Sequence[Store] = ()
    leaves_after: int = 0


def appoint_staff(
    planned: PlannedMerchant,
    merchant: Merchant,
    stores: Sequence[Store],
    *,
    since: datetime,
    by: User,
) -> None:
    """An owner here, a manager there, cashiers at the counters; a few have left again."""
    names = random_stream("names of staff", planned.number)
    for number, post in enumerate(_positions(planned, stores), 1):
        user = User.objects.create_staff(
            f"{post.role}-{planned.number:03d}-{number}",
            None,
            name=staff_name(names, _TITLES[post.role]),
        )
        with clock.travel_to(since):
            clerk = merchants.appoint_clerk(
                user=user, merchant=merchant, role=post.role, by=by, stores=post.stores
            )
        if post.leaves_after:
            with clock.travel_to(since + timedelta(days=post.leaves_after)):
                merchants.dismiss_clerk(clerk=clerk, by=by)


def _positions(planned: PlannedMerchant, stores: Sequence[Store]) -> Iterator[_Position]:
    stream = random_stream("staff", planned.number)
    if stream.random() < _HAS_OWNER:
        yield _Position(Clerk.Role.OWNER)
    if len(stores) >= _STORES_FOR_FINANCE:
        yield _Position(Clerk.Role.FINANCE)
        yield _Position(Clerk.Role.MANAGER, stores[:2])
    for store in stores:
        if stream.random() < 1 / 2:
            gone = stream.random() < _LEAVES
            yield _Position(Clerk.Role.CASHIER, [store], stream.randint(20, 60) if gone else 0)
