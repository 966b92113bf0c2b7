"""The people behind the counters; none of these accounts has a password."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from district.demo.plan.dice import dice
from district.demo.plan.names import addressed
from district.demo.plan.town import PlannedMerchant
from district.kernel import clock
from district.members.models import User
from district.merchants import services as merchants
from district.merchants.models import Clerk, Merchant, Store

_OWNED, _COUNTED, _LEAVES = 0.8, 3, 0.08
_POSTS = {
    Clerk.Role.OWNER: "老板",
    Clerk.Role.MANAGER: "店长",
    Clerk.Role.CASHIER: "收银",
    Clerk.Role.FINANCE: "会计",
}


class _Post(NamedTuple):
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
    names = dice("names of staff", planned.number)
    for number, post in enumerate(_posts(planned, stores), 1):
        user = User.objects.create_staff(
            f"{post.role}-{planned.number:03d}-{number}",
            None,
            name=addressed(names, _POSTS[post.role]),
        )
        with clock.moved_to(since):
            clerk = merchants.appoint_clerk(
                user=user, merchant=merchant, role=post.role, by=by, stores=post.stores
            )
        if post.leaves_after:
            with clock.moved_to(since + timedelta(days=post.leaves_after)):
                merchants.dismiss_clerk(clerk=clerk, by=by)


def _posts(planned: PlannedMerchant, stores: Sequence[Store]) -> Iterator[_Post]:
    stream = dice("staff", planned.number)
    if stream.random() < _OWNED:
        yield _Post(Clerk.Role.OWNER)
    if len(stores) >= _COUNTED:
        yield _Post(Clerk.Role.FINANCE)
        yield _Post(Clerk.Role.MANAGER, stores[:2])
    for store in stores:
        if stream.random() < 1 / 2:
            gone = stream.random() < _LEAVES
            yield _Post(Clerk.Role.CASHIER, [store], stream.randint(20, 60) if gone else 0)
