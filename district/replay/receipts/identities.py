"""Who plays: the till of each of the data set's stores and the phone of each of its members."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreTill:
    """A store's counter: the store's public id and the till's key."""

    store: str
    key: str


@dataclass(frozen=True, slots=True)
class MemberPhone:
    """A member's phone: the member's public id and the session token on it."""

    member: str
    token: str


@dataclass(frozen=True)
class ReplayIdentities:
    """The tills by store number and the phones by member number, and whose rows are whose number."""

    tills: Mapping[int, StoreTill]
    phones: Mapping[int, MemberPhone]
    number_of_merchant: Mapping[int, int]
    number_of_member: Mapping[int, int]
