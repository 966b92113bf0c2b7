"""What the cross-cutting tests need to know of each app: its own `tests/<app>/contribution.py`.

Each is found by the last part of the app's name (an app from elsewhere has its own in its package
`tests`), and says as much as the app has:

* `right_requests(store_visit)`: a right request to each of its operations;
* `aimed_requests(store_visit)`: rows and codes that exist, for the requests that Schemathesis makes up;
* `ACCEPTED_VALUES`, `CHECKED_ELSEWHERE`: (operation, field, kind of value) that test_every_endpoint.py
  would take for wrong and the API does not, or cannot know; `OPTIONAL_FIELDS`: (operation, field);
* `make_admin_rows(two_merchants)`: rows of both merchants for each of its screens;
* `PERMISSIONS`: which roles may do what it brings.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from district.kernel.plugin import district_apps
from district.members.models import Member
from district.merchants.models import Store
from district.merchants.queries import Till
from district.merchants.services import OpenedVisit

# Of a field that an aimed request does not have, because it would be refused nearly always.
LEFT_OUT: Final = object()


@dataclass(frozen=True)
class StoreVisit:
    """A member with points, who stands at the counter of a store."""

    member: Member
    store: Store
    till: Till
    visit: OpenedVisit


@dataclass(frozen=True)
class RightRequests:
    """Bodies by the operation's id, the public ids in addresses by their path, and tokens by the scheme they are for.

    An id whose row costs something is made by a function: only for a test that asks at its address.
    """

    bodies: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    ids: Mapping[str, str | Callable[[], str]] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AimedRequests:
    """What a request is to be about.

    `known` are values by the name of their field, in every operation; `fresh` makes those that are good
    only once, by operation and field; `named` makes the parameters of a path; `tokens` are those of other schemes.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    fresh: Mapping[str, Mapping[str, Callable[[], Any]]] = field(default_factory=dict)
    named: Mapping[str, Callable[[], dict[str, str]]] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)


def contributed(attribute: str) -> list[Any]:
    """What the apps contribute under one name, in the order of INSTALLED_APPS."""
    modules = [
        import_module(f"{package}.contribution")
        for config in district_apps()
        for package in (f"tests.{config.name.rpartition('.')[2]}", f"{config.name}.tests")
        if find_spec(package) and find_spec(f"{package}.contribution")
    ]
    return [getattr(module, attribute) for module in modules if hasattr(module, attribute)]


def merged(attribute: str) -> dict[Any, Any]:
    """One mapping of all that the apps contribute under one name."""
    return {key: value for mapping in contributed(attribute) for key, value in mapping.items()}


def united(attribute: str) -> set[Any]:
    """One set of all that the apps contribute under one name."""
    return set().union(*contributed(attribute))
