"""The tables of consent."""

from district.consent.models.events import ConsentEvent, ConsentSubject, CurrentConsent
from district.consent.models.notices import NoticeServed, NoticeVersion, Purpose

__all__ = [
    "ConsentEvent",
    "ConsentSubject",
    "CurrentConsent",
    "NoticeServed",
    "NoticeVersion",
    "Purpose",
]
