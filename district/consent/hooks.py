"""Notifies apps above that a consent ended, inside the transaction that ends it: what they queued they cancel there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from district.consent.values import ConsentAddress


@dataclass(frozen=True)
class EndedConsent:
    """Whose consent to what ended, by which action, when; `member` is None once the identity is erased."""

    subject: int
    member: int | None
    address: ConsentAddress
    action: str
    at: datetime


_listeners: list[Callable[[EndedConsent], object]] = []


def on_consent_ended(listener: Callable[[EndedConsent], object]) -> None:
    """Call this with each consent that ends; from AppConfig.ready(). What it raises undoes the ending."""
    if listener not in _listeners:
        _listeners.append(listener)


def notify_consent_ended(ended: EndedConsent) -> None:
    """Call every listener in the caller's transaction."""
    for listener in _listeners:
        listener(ended)
