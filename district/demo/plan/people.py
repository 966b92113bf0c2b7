"""Who the members are: how loyal, since when, where they like to go."""

from dataclasses import dataclass, replace
from random import Random

from district.demo.plan.demand_calendar import DAYS, DemandCalendar
from district.demo.plan.merchants import PlannedMerchant
from district.demo.plan.names import nickname
from district.demo.plan.random_streams import apportion, random_stream
from district.demo.plan.stores import PlannedStore
from district.demo.plan.venues import VENUES

PERSON = "demo-{}"  # whom the WeChat sandbox knows by this name


@dataclass(frozen=True)
class MemberKind:
    """A way of being a member: how many in a hundred, how many receipts in a year."""

    name: str
    share: int
    receipts: float
    spends: float  # how many of them ever pay with points


MEMBER_KINDS = (
    MemberKind("loyal", 10, 42, 0.8),
    MemberKind("regular", 30, 13, 0.58),
    MemberKind("occasional", 33, 3.5, 0.22),
    MemberKind("visitor", 12, 0, 0.05),
    MemberKind("drifted", 10, 6, 0.4),
    MemberKind("silent", 5, 0, 0),
)
LOYAL, REGULAR, _OCCASIONAL, VISITOR, DRIFTED, SILENT = MEMBER_KINDS
# The first ones are the shoppers a person can sign in as; what is written of them has to be so.
_SIGN_IN_KINDS = (LOYAL, REGULAR, LOYAL, REGULAR, DRIFTED)
SIGN_IN_MEMBER_COUNT = len(_SIGN_IN_KINDS)
_WITH_PHONE = 0.4


@dataclass(frozen=True)
class PlannedMember:
    """A member; days are days of the year, `minute` is a minute of the day of joining."""

    number: int
    nickname: str
    kind: MemberKind
    joined: int
    minute: int
    until: int
    receipts: int
    spends: bool
    has_phone: bool
    favourites: tuple[PlannedStore, ...]
    home: str

    @property
    def person(self) -> str:
        return PERSON.format(self.number)


def planned_members(
    count: int,
    receipts: int,
    merchants: tuple[PlannedMerchant, ...],
    demand_calendar: DemandCalendar,
) -> list[PlannedMember]:
    """The members in the order of joining, with their share of all receipts."""
    drafts = [_draft(number, demand_calendar) for number in range(1, count + 1)]
    shares = iter(
        apportion(receipts - _visitor_receipts(drafts), _receipt_weights(drafts), least=1)
    )
    stores = [store for merchant in merchants for store in merchant.stores]
    members = []
    for draft in drafts:
        bought = draft.receipts if draft.kind in (VISITOR, SILENT) else next(shares)
        members.append(_with_favourites(draft, bought, stores))
    return sorted(members, key=lambda member: (member.joined, member.minute, member.number))


def _draft(number: int, demand_calendar: DemandCalendar) -> PlannedMember:
    stream = random_stream("member", number)
    (kind,) = stream.choices(MEMBER_KINDS, [kind.share for kind in MEMBER_KINDS])
    if number <= SIGN_IN_MEMBER_COUNT:
        kind = _SIGN_IN_KINDS[number - 1]
    joined, until = _membership(
        kind, stream, demand_calendar, for_sign_in=number <= SIGN_IN_MEMBER_COUNT
    )
    (home,) = stream.choices(VENUES, [venue.weight for venue in VENUES])
    return PlannedMember(
        number=number,
        nickname=nickname(stream),
        kind=kind,
        joined=joined,
        minute=int(60 * min(max(stream.gauss(15, 3), 10), 21)),
        until=until,
        receipts=1 + int(stream.random() * 2.6) if kind is VISITOR else 0,
        spends=stream.random() < kind.spends or number <= SIGN_IN_MEMBER_COUNT,
        has_phone=stream.random() < _WITH_PHONE or number == 1,
        favourites=(),
        home=home.code,
    )


def _membership(
    kind: MemberKind, stream: Random, demand_calendar: DemandCalendar, *, for_sign_in: bool
) -> tuple[int, int]:
    """Many join in the first weeks, the others all through the year; some fall away."""
    chance, early, stays = stream.random(), stream.random(), stream.randint(40, 130)
    if for_sign_in:
        joined = int(5 * early)
    elif early < 0.3:  # noqa: PLR2004
        joined = int(24 * chance)
    else:
        joined = demand_calendar.draw(chance, seasons="leisure", since=3, until=DAYS - 2)
    if kind is VISITOR:
        return joined, joined
    if kind is DRIFTED:
        return min(joined, 200), min(joined, 200) + stays
    return joined, DAYS - 1


def _visitor_receipts(drafts: list[PlannedMember]) -> int:
    return sum(draft.receipts for draft in drafts)


def _receipt_weights(drafts: list[PlannedMember]) -> list[float]:
    weights = []
    for draft in drafts:
        if draft.kind not in (VISITOR, SILENT):
            own = random_stream("appetite", draft.number).lognormvariate(0, 0.45)
            present = (draft.until - draft.joined + 1) / DAYS
            weights.append(draft.kind.receipts * own * min(1.0, present + 0.05) ** 0.85)
    return weights


def _with_favourites(
    draft: PlannedMember, receipts: int, stores: list[PlannedStore]
) -> PlannedMember:
    stream = random_stream("tastes", draft.number)
    weights = [
        store.popularity * (3.0 if store.venue.code == draft.home else 0.6) for store in stores
    ]
    chosen = stream.choices(stores, weights, k=stream.randint(4, 9))
    return replace(draft, receipts=receipts, favourites=tuple(dict.fromkeys(chosen)))
