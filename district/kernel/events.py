"""The transactional outbox, the near side: emit() a fact, subscribe() to one, wake a worker."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.db import transaction

from district.kernel import bell
from district.kernel.models import OutboxRow

Handler = Callable[[dict[str, Any]], None]

_handlers: dict[str, dict[str, Handler]] = defaultdict(dict)
# When a handler has anything to do at all; those that do not stand here always have.
_when: dict[tuple[str, str], Callable[[], bool]] = {}


def emit(event: Any) -> None:
    """Record a fact (a frozen dataclass) in the caller's transaction; it is told only if that commits."""
    OutboxRow.objects.create(name=type(event).__name__, payload=asdict(event))
    ring_after_commit()


def ring_after_commit() -> None:
    """Wake a worker once this transaction is through, if anybody listens to events at all.

    A bell that is skipped or lost delays an event until the next sweep of beat, no longer.
    """
    if heard():
        transaction.on_commit(bell.ring)


def subscribe(
    event: type | str, handler: Handler, *, name: str = "", when: Callable[[], bool] | None = None
) -> None:
    """Call the handler with the event's payload, at least once; so it must bear repetition.

    While `when` says that nobody could want it (asked once for many events), an event is passed by as
    one that nobody listens to.

    Called from AppConfig.ready(). What the handler writes is committed together with the mark that
    it has heard the event, so it hears twice only what it does outside of this database.
    """
    known_as = name or f"{handler.__module__}.{handler.__qualname__}"
    _handlers[_name(event)][known_as] = handler
    if when is not None:
        _when[_name(event), known_as] = when


def unsubscribe(event: type | str, handler_name: str) -> None:
    _handlers[_name(event)].pop(handler_name, None)
    _when.pop((_name(event), handler_name), None)


def handlers_of(event: str) -> dict[str, Handler]:
    """Who listens to an event, by name."""
    return dict(_handlers.get(event, {}))


def heard() -> list[str]:
    """The events that somebody listens to."""
    return [name for name, handlers in _handlers.items() if handlers]


def wanted() -> list[str]:
    """Of these the ones that somebody has a use for now."""
    return [
        name
        for name, handlers in _handlers.items()
        if any((name, one) not in _when or _when[name, one]() for one in handlers)
    ]


def _name(event: type | str) -> str:
    return event if isinstance(event, str) else event.__name__
