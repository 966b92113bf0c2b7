"""One place where an app says what it brings to the district, and how the district finds it.

An app that stands in `INSTALLED_APPS` with a DistrictApp needs no line anywhere else: addresses, beat,
listeners, invariants, permissions, rate limits and names are read from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

from celery.schedules import crontab
from django.apps import AppConfig, apps
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class TimedTask:
    """A Celery task that beat sends: by its name, every so many seconds or at times of Asia/Shanghai."""

    task: str
    schedule: float | crontab


@dataclass(frozen=True)
class Listener:
    """Who handles an event, known by a name that stays when the function moves.

    `when` says whether anybody has a use for such events now; asked once for many of them.
    """

    event: type
    handler: Callable[[dict[str, Any]], None]
    name: str
    when: Callable[[], bool] | None = None


class DistrictApp(AppConfig):
    """An app of the district; everything it leaves out it does not have."""

    # The module whose `urlpatterns` stand below /api/v1/.
    api: ClassVar[str] = ""
    # Modules of addresses outside the API, by their prefix.
    public_urls: ClassVar[Mapping[str, str]] = {}
    # What beat sends, by a description that is unique in the district.
    timetable: ClassVar[Mapping[str, TimedTask]] = {}
    # The module whose LISTENERS is a sequence of Listener.
    listeners: ClassVar[str] = ""
    # The module whose INBOX_SOURCES is a sequence of InboxSource.
    inbox: ClassVar[str] = ""
    # The module whose INVARIANTS maps promises to queries that must return nothing.
    invariants: ClassVar[str] = ""
    # What a clerk of a merchant may do, and which roles besides the owner have the permission.
    permissions: ClassVar[Mapping[str, frozenset[str]]] = {}
    # How often something may be asked for: (times, seconds).
    rate_limits: ClassVar[Mapping[str, tuple[int, int]]] = {}
    # Addresses (patterns of whole paths) with a larger body: the bytes, or the setting that holds them.
    body_limits: ClassVar[Mapping[str, str | int]] = {}
    # What sources of charges are called on screens and papers.
    settlement_sources: ClassVar[Mapping[str, Any]] = {}
    # Names of enums in the contract: a dotted path of choices, or the choices.
    enum_names: ClassVar[Mapping[str, str | list[str]]] = {}
    # Functions that say what a person should look at, for /readyz: dotted path by the warning's name.
    warnings: ClassVar[Mapping[str, str]] = {}
    # The module whose CHAPTERS the demo runs in the last weeks of its year: name and function of each.
    # A function gets the demo's ChapterContext (district/demo/chapters/context.py).
    demo: ClassVar[str] = ""

    def ready(self) -> None:
        """Subscribe the listeners, make the sources of notices known; whoever overrides it calls it first."""
        # The handlers import models, and the outbox is one.
        from district.kernel.outbox.events import subscribe  # noqa: PLC0415

        if self.listeners:
            for listener in contribution(self.listeners, "LISTENERS"):
                subscribe(listener.event, listener.handler, name=listener.name, when=listener.when)
        if self.inbox:
            # Its sources name models too.
            from district.kernel.inbox.sources import register_source  # noqa: PLC0415

            for source in contribution(self.inbox, "INBOX_SOURCES"):
                register_source(source)


def district_apps() -> list[DistrictApp]:
    """The apps of the district in the order of INSTALLED_APPS, the lower ones first."""
    return [config for config in apps.get_app_configs() if isinstance(config, DistrictApp)]


def urls_first() -> list[DistrictApp]:
    """The same for addresses: an app within another one comes before it, as its addresses are narrower."""
    return sorted(district_apps(), key=lambda config: -config.name.count("."))


def contribution(dotted: str, attribute: str) -> Any:
    """What a module of an app offers under a name. Raises ImportError or AttributeError: a mistake in the app."""
    return getattr(import_module(dotted), attribute)


def invariants_of(*labels: str) -> dict[str, str]:
    """Every promise with its query, of all apps or of those with these labels.

    Raises LookupError for a label that is no app's, ValueError for a promise that two apps make.
    """
    chosen = district_apps()
    if labels:
        known = {config.label: config for config in chosen}
        chosen = [known[label] for label in labels]
    found: dict[str, str] = {}
    for config in chosen:
        if config.invariants:
            for promise, query in contribution(config.invariants, "INVARIANTS").items():
                if promise in found:
                    raise ValueError(f"two apps promise: {promise}")
                found[promise] = query
    return found


def demo_chapters() -> list[tuple[str, Callable[[Any], None]]]:
    """Name and function of every chapter that the apps bring to the demo."""
    return [
        chapter
        for config in district_apps()
        if config.demo
        for chapter in contribution(config.demo, "CHAPTERS")
    ]


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The timetable of all apps as Celery's beat reads it."""
    return {
        name: {"task": timed.task, "schedule": timed.schedule}
        for name, timed in _merged("timetable").items()
    }


@cache
def warning_functions() -> dict[str, Callable[[], str]]:
    """What /readyz asks besides its own checks, by the warning's name."""
    return {name: import_string(path) for name, path in _merged("warnings").items()}


def rate_limits() -> dict[str, tuple[int, int]]:
    """How often something may be asked for, by the limit's name: (times, seconds)."""
    return _merged("rate_limits")


def body_limits() -> dict[str, str | int]:
    """How many bytes an address takes, or the setting that holds it, by the pattern of the address."""
    return _merged("body_limits")


def settlement_sources() -> dict[str, Any]:
    """What sources of charges are called."""
    return _merged("settlement_sources")


def enum_names() -> dict[str, str | list[str]]:
    """Names of enums in the contract."""
    return _merged("enum_names")


def permissions() -> dict[str, frozenset[str]]:
    """The roles that have a permission besides the owner, by the permission."""
    return _merged("permissions")


@cache
def _merged(attribute: str) -> dict[str, Any]:
    """What the apps say under one attribute. Raises ValueError for a key that two apps use."""
    found: dict[str, Any] = {}
    for config in district_apps():
        contributed: Mapping[str, Any] = getattr(config, attribute)
        if twice := found.keys() & contributed.keys():
            raise ValueError(f"two apps bring {attribute} of {', '.join(sorted(twice))}")
        found |= contributed
    return found
