"""Who may have a coupon: conditions that must all hold. Tiers will be one more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What is known of a member: since when, the operator's tags, what merchants granted
    ({tag: merchants}), and the merchants they have bought at; merchants are public ids."""

    joined_at: datetime
    tags: frozenset[str] = _NOBODY
    granted: frozenset[tuple[str, str]] = frozenset()
    bought_at: frozenset[str] = _NOBODY


@dataclass(frozen=True, slots=True)
class Audience:
    """Conditions of a template version; none is everybody."""

    new_within_days: int | None = None
    tags: frozenset[str] = _NOBODY
    bought_at: frozenset[str] = _NOBODY
    # A tag that one of these merchants must have granted; of any merchant where none is named.
    granted: str = ""
    granted_by: frozenset[str] = _NOBODY

    def __bool__(self) -> bool:
        return self.new_within_days is not None or bool(self.tags or self.bought_at or self.granted)

    def missing(self, facts: MemberFacts, at: datetime) -> str | None:
        """The first condition that does not hold: new_member, tag, bought_at or granted."""
        if self.new_within_days is not None and at >= facts.joined_at + timedelta(
            days=self.new_within_days
        ):
            return "new_member"
        if self.tags and not self.tags & facts.tags:
            return "tag"
        if self.bought_at and not self.bought_at & facts.bought_at:
            return "bought_at"
        if self.granted and not any(
            tag == self.granted and (not self.granted_by or merchant in self.granted_by)
            for tag, merchant in facts.granted
        ):
            return "granted"
        return None

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """From the form a template version stores."""
        return cls(
            new_within_days=document.get("new_within_days"),
            tags=frozenset(document.get("tags", ())),
            bought_at=frozenset(document.get("bought_at", ())),
            granted=document.get("granted", ""),
            granted_by=frozenset(document.get("granted_by", ())),
        )
