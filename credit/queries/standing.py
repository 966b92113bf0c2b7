"""What the public page and the API tell of a store's merchant."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from credit.models import CreditSnapshot, Licence, RecordLevel
from credit.queries.explanations import PointsLine, explanation_of
from credit.queries.policies import policy_of_document
from credit.queries.profiles import LicenceFacts, licence_facts
from credit.queries.standing_statement import read_standing
from credit.score.policy import ScorePolicy
from credit.score.values import PenaltyLevel
from credit.texts import FACT_TEXTS
from district.kernel import clock
from district.kernel.errors import NotFound
from district.merchants.models import Store


@dataclass(frozen=True, slots=True)
class JoinedPromise:
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class DisplayedRecord:
    """A record that is displayed, until `ends_on` (exclusive); with the merchant's word, and whether it is disputed."""

    level: str
    level_text: str
    determined_on: date
    ends_on: date
    remaining_days: int
    authority: str
    title: str
    origin: str
    is_disputed: bool
    statement: str


@dataclass(frozen=True, slots=True)
class StatementOnFact:
    """The merchant's word on an inspection, a rating or a complaint of the last twelve months; records carry theirs."""

    fact: str
    text: str
    approved_on: date

    @property
    def fact_text(self) -> str:
        return str(FACT_TEXTS[self.fact])


@dataclass(frozen=True, slots=True)
class StoreStanding:
    """`snapshot` is None before the first night; contributions, limits and changes are those of it."""

    store: Store
    has_live_code: bool
    licence: LicenceFacts
    profile: dict[str, str]
    promises: list[JoinedPromise]
    records: list[DisplayedRecord]
    statements: list[StatementOnFact]
    snapshot: CreditSnapshot | None
    contributions: list[PointsLine]
    grade_limits: list[str]
    changes: list[PointsLine]


def store_standing(public_id: str, *, at: datetime) -> StoreStanding:
    """What is known at the instant. Raises NotFound."""
    rows = Store.objects.select_related("merchant", "venue", "trade")
    store = rows.filter(public_id=public_id).first()
    if store is None:
        raise NotFound
    return standing_of(store, at=at)


def standing_of(store: Store, *, at: datetime) -> StoreStanding:
    """The same of a store that was read with merchant, venue and trade."""
    day = clock.business_day(at)
    found = read_standing(store=store.pk, merchant=store.merchant_id, at=at, day=day)
    snapshot = _snapshot(store.merchant_id, found["snapshot"])
    explanation = (
        explanation_of(snapshot, policy_of_document(found["snapshot_policy"])) if snapshot else None
    )
    return StoreStanding(
        store=store,
        has_live_code=found["has_live_code"],
        licence=licence_facts(_licence(store.merchant_id, found["licence"]), day),
        profile=found["profile"] or {},
        promises=[JoinedPromise(*promise) for promise in found["promises"] or ()],
        records=_displayed(found["records"] or [], policy_of_document(found["policy"]), day),
        statements=[
            StatementOnFact(fact, text, date.fromisoformat(day))
            for fact, text, day in found["statements"] or ()
        ],
        snapshot=snapshot,
        contributions=explanation.contributions if explanation else [],
        grade_limits=explanation.grade_limits if explanation else [],
        changes=explanation.changes if explanation else [],
    )


def _licence(merchant: int, found: dict[str, Any] | None) -> Licence | None:
    if found is None:
        return None
    until = found["valid_until"]
    return Licence(
        merchant_id=merchant,
        number=found["number"],
        valid_from=date.fromisoformat(found["valid_from"]),
        valid_until=date.fromisoformat(until) if until else None,
        verified_at=datetime.fromisoformat(found["verified_at"]),
    )


def _snapshot(merchant: int, found: dict[str, Any] | None) -> CreditSnapshot | None:
    if found is None:
        return None
    columns = found | {
        "as_of": date.fromisoformat(found["as_of"]),
        "score": Decimal(found["score"]),
        "rank_key": Decimal(found["rank_key"]),
    }
    return CreditSnapshot(merchant_id=merchant, **columns)


def _displayed(
    records: list[dict[str, Any]], policy: ScorePolicy, day: date
) -> list[DisplayedRecord]:
    """Those whose term is not over on the day."""
    displayed = []
    for record in records:
        determined_on = date.fromisoformat(record["determined_on"])
        term_days = policy.penalties[PenaltyLevel(record["level"])].term_days
        ends_on = determined_on + timedelta(days=term_days)
        if ends_on > day:
            displayed.append(
                DisplayedRecord(
                    level_text=str(RecordLevel(record["level"]).label),
                    ends_on=ends_on,
                    remaining_days=(ends_on - day).days,
                    **record | {"determined_on": determined_on},
                )
            )
    return displayed
