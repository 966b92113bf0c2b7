"""Thirteen members who want a place of every car park on every day it is counted, of which ten are reservable."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from district.kernel import clock
from district.kernel.errors import DomainError
from district.members import queries as people
from district.members import services as members
from district.members.models import Member
from district.replay.clients import ShopperClient
from district.replay.connection import ApiConnection, ApiResponse
from district.replay.database import retry_database
from district.replay.occupancy.dataset import NAME, OccupancyData, OccupancyRow
from district.replay.occupancy.errors import ReservationNotAnswered
from district.replay.occupancy.preparation import OPENING, RESERVABLE, OccupancySetup
from district.replay.replay_state import ReplayState
from district.wechat.gateway import WechatSession
from parking import services as parking
from parking.models import PoolSlot, Reservation

MEMBERS = 13
# They ask at seven for ten to noon.
ASKED_AT, BEGIN, END = time(7), time(10), time(12)
# What the server of the replay is told, so that no limit of a member is in the way.
WITHOUT_LIMITS = {
    "DISTRICT_PARKING_MOST_RESERVATIONS": "100000",
    "DISTRICT_PARKING_MOST_VEHICLES": "100000",
}


class AskOutcome(StrEnum):
    """What became of a wish, in the words of the contract."""

    ACCEPTED = "reservations_accepted"
    REFUSED = "reservations_refused"


@dataclass(frozen=True)
class DayOfWishes:
    """The car parks in which places are asked for on a day, by name."""

    day: date
    car_parks: Sequence[str]

    @property
    def at(self) -> datetime:
        return datetime.combine(self.day, ASKED_AT, clock.SHANGHAI)


def days_of_wishes(rows: Iterable[OccupancyRow]) -> list[DayOfWishes]:
    """Every day with a count, and its car parks: the first count of an instant is always taken."""
    car_parks: dict[date, set[str]] = defaultdict(set)
    for row in rows:
        car_parks[clock.business_day(row.at)].add(row.car_park)
    return [DayOfWishes(day, sorted(names)) for day, names in sorted(car_parks.items())]


def open_phones(replay_state: ReplayState) -> list[str]:
    """A session of each member, the one kept or a new one."""
    with clock.travel_to(OPENING):
        tokens = [_open_phone(number, replay_state) for number in range(1, MEMBERS + 1)]
    replay_state.save()
    return tokens


def _open_phone(number: int, replay_state: ReplayState) -> str:
    kept = replay_state.secret("phone", number)
    if kept is not None and _is_live(kept):
        return kept
    member: Member = members.sign_up_member(
        person=WechatSession(openid=f"{NAME}-{number}"), nickname=f"{number}"
    )
    token = members.open_session(member=member).token
    replay_state.keep("phone", number, token)
    return token


def _is_live(token: str) -> bool:
    try:
        people.live_session(token)
    except DomainError:
        return False
    return True


class ReservationPlayer:
    """Registers the plates of the members and asks for places, each after the answer of the one before.

    What an earlier run has come to is told by `stored`: reservations of each pool by the day of their window.
    """

    def __init__(
        self, connection: ApiConnection, replay_setup: OccupancySetup, phones: Sequence[str]
    ) -> None:
        self._connection = connection
        self._pools = replay_setup.pools
        # Names of car parks may hold what keys and plates may not.
        self._places = {name: place for place, name in enumerate(sorted(replay_setup.pools))}
        self._phones = phones
        self._vehicles: dict[tuple[int, str], str] = {}

    def stored(self, wishes: DayOfWishes) -> Counter[AskOutcome]:
        """What was answered on a day that is over."""
        starts_at = datetime.combine(wishes.day, BEGIN, clock.SHANGHAI)
        pools = [self._pools[name].pk for name in wishes.car_parks]
        rows = Reservation.objects.filter(pool__in=pools, starts_at=starts_at)
        made = retry_database(rows.count)
        asked = MEMBERS * len(wishes.car_parks)
        return Counter({AskOutcome.ACCEPTED: made, AskOutcome.REFUSED: asked - made})

    def play(self, wishes: DayOfWishes) -> Counter[AskOutcome]:
        """What is answered to the wishes of a day. Raises ReservationNotAnswered."""
        retry_database(lambda: _begin_day(wishes.at))
        self._register_plates(wishes)
        return Counter(
            self._ask(wishes, name, number)
            for name in wishes.car_parks
            for number in range(1, MEMBERS + 1)
        )

    def _register_plates(self, wishes: DayOfWishes) -> None:
        for name in wishes.car_parks:
            place = self._places[name]
            for number in range(1, MEMBERS + 1):
                if (number, name) not in self._vehicles:
                    self._vehicles[number, name] = self._register(number, place, wishes.at)

    def _register(self, number: int, place: int, at: datetime) -> str:
        answer = self._phone(number, at).post(
            "/me/vehicles",
            {"plate": f"浙A{place:02d}{number:03d}"},
            key=f"{NAME}-plate-{place}-{number}",
        )
        if not answer.accepted:
            raise _unexpected(answer, at)
        return str(answer.body["id"])

    def _ask(self, wishes: DayOfWishes, name: str, number: int) -> AskOutcome:
        start, end = (
            datetime.combine(wishes.day, hour, clock.SHANGHAI).isoformat() for hour in (BEGIN, END)
        )
        answer = self._phone(number, wishes.at).reserve_parking(
            self._pools[name].public_id,
            self._vehicles[number, name],
            start,
            end,
            key=f"{NAME}-reserve-{self._places[name]}-{wishes.day:%Y%m%d}-{number}",
        )
        if answer.accepted:
            return AskOutcome.ACCEPTED
        # Who is refused hears where else there is space.
        if answer.code == "reservation_full" and answer.body.get("windows"):
            return AskOutcome.REFUSED
        raise _unexpected(answer, wishes.at)

    def _phone(self, number: int, at: datetime) -> ShopperClient:
        return ShopperClient(self._connection, self._phones[number - 1], at)


def _begin_day(at: datetime) -> None:
    """What beat does in life: places for which nobody came are free, and slots reach as far ahead as they must."""
    with clock.travel_to(at):
        parking.end_due_reservations(limit=1_000_000)
        parking.extend_slots()


def end_last_day(data: OccupancyData) -> None:
    """Nobody has come on the last day either."""
    with clock.travel_to(data.rows[-1].at):
        parking.end_due_reservations(limit=1_000_000)


def oversold(replay_setup: OccupancySetup) -> int:
    """Reservations that held a slot above its reservable bays, at whatever time, each slot counted by itself."""
    events: dict[tuple[int, datetime], list[tuple[datetime, int]]] = defaultdict(list)
    pools = {pool.pk for pool in replay_setup.pools.values()}
    for row in Reservation.objects.filter(pool__in=pools):
        starts_at = row.starts_at
        while starts_at < row.ends_at:
            slot = events[row.pool_id, starts_at]
            slot.append((row.created_at, 1))
            if row.ended_at is not None:
                slot.append((row.ended_at, -1))
            starts_at += timedelta(minutes=15)
    above = 0
    for changes in events.values():
        holding, most = 0, 0
        for _at, change in sorted(changes):
            holding += change
            most = max(most, holding)
        above += max(0, most - RESERVABLE)
    return above + PoolSlot.objects.filter(pool__in=pools, reserved__gt=RESERVABLE).count()


def _unexpected(answer: ApiResponse, at: datetime) -> ReservationNotAnswered:
    return ReservationNotAnswered(
        _("{at} 的预约得到意外的应答：{status} {code}。").format(
            at=at.isoformat(), status=answer.status, code=answer.code
        )
    )
