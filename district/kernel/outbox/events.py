"""The transactional outbox, the near side: emit() a fact, subscribe() to one, wake a worker."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.db import transaction

from district.kernel.models import OutboxRow
from district.kernel.outbox import wakeup

EventHandler = Callable[[dict[str, Any]], None]

_handlers: dict[str, dict[str, EventHandler]] = defaultdict(dict)
# When a handler has anything to do at all; those that do not stand here always have.
_conditions: dict[tuple[str, str], Callable[[], bool]] = {}


def emit(event: Any) -> None:
    """Record a fact (a frozen dataclass) in the caller's transaction; it is delivered only if that commits."""
    OutboxRow.objects.create(name=type(event).__name__, payload=asdict(event))
    wake_worker_on_commit()


def wake_worker_on_commit() -> None:
    """Wake a worker once this transaction is through, if anybody listens to events at all.

    A wake-up that is skipped or lost delays an event until the next sweep of beat, no longer.
    """
    if subscribed_events():
        transaction.on_commit(wakeup.wake_worker)


def subscribe(
    event: type | str,
    handler: EventHandler,
    *,
    name: str = "",
    when: Callable[[], bool] | None = None,
) -> None:
    """Call the handler with the event's payload, at least once; so it must bear repetition.

    While `when` says that nobody could want it (asked once for many events), an event is passed by as
    one that nobody listens to.

    Called from AppConfig.ready(). What the handler writes is committed together with the mark that
    it has handled the event, so it does twice only what it does outside of this database.
    """
    handler_name = name or f"{handler.__module__}.{handler.__qualname__}"
    _handlers[_name(event)][handler_name] = handler
    if when is not None:
        _conditions[_name(event), handler_name] = when


def unsubscribe(event: type | str, handler_name: str) -> None:
    _handlers[_name(event)].pop(handler_name, None)
    _conditions.pop((_name(event), handler_name), None)


def handlers_of(event: str) -> dict[str, EventHandler]:
    """Who listens to an event, by name."""
    return dict(_handlers.get(event, {}))


def subscribed_events() -> list[str]:
    """The events that somebody listens to."""
    return [name for name, handlers in _handlers.items() if handlers]


def events_with_consumers() -> list[str]:
    """Of these the ones that somebody has a use for now."""
    return [
        name
        for name, handlers in _handlers.items()
        if any(
            (name, handler) not in _conditions or _conditions[name, handler]()
            for handler in handlers
        )
    ]


def _name(event: type | str) -> str:
    return event if isinstance(event, str) else event.__name__
