"""What the public page and the API tell of a store's merchant."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from credit.models import CreditCode, CreditSnapshot, FactCorrection, MerchantStatement, Promise
from credit.queries.explanations import PointsLine, explanation_lines, grade_limit_texts
from credit.queries.policies import policy_on
from credit.queries.profiles import (
    LicenceFacts,
    known_licences,
    licence_facts,
    profile_entries,
    promises_of,
)
from credit.queries.records import displayed_records
from credit.queries.snapshots import newest_snapshot
from credit.score.values import PenaltyLevel
from district.kernel import clock
from district.kernel.errors import NotFound
from district.merchants.models import Store


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
class StoreStanding:
    store: Store
    has_live_code: bool
    licence: LicenceFacts
    profile: dict[str, str]
    promises: list[Promise]
    records: list[DisplayedRecord]
    # None before the first night.
    snapshot: CreditSnapshot | None
    contributions: list[PointsLine]
    grade_limits: list[str]


def store_standing(public_id: str, *, at: datetime) -> StoreStanding:
    """What is known at the instant. Raises NotFound."""
    rows = Store.objects.select_related("merchant", "venue", "trade")
    store = rows.filter(public_id=public_id).first()
    if store is None:
        raise NotFound
    return standing_of(store, at=at)


def standing_of(store: Store, *, at: datetime) -> StoreStanding:
    """The same of a store that was read with merchant, venue and trade."""
    merchant = store.merchant_id
    snapshot = newest_snapshot(merchant)
    return StoreStanding(
        store=store,
        has_live_code=CreditCode.objects.filter(store=store, state=CreditCode.State.LIVE).exists(),
        licence=licence_facts(known_licences([merchant], at).first(), clock.business_day(at)),
        profile={
            entry.item: entry.content for entry in profile_entries([merchant], at) if entry.content
        },
        promises=[adoption.promise for adoption in promises_of(merchant, at)],
        records=_displayed(merchant, at),
        snapshot=snapshot,
        contributions=explanation_lines(snapshot) if snapshot else [],
        grade_limits=grade_limit_texts(snapshot) if snapshot else [],
    )


def _displayed(merchant: int, at: datetime) -> list[DisplayedRecord]:
    day = clock.business_day(at)
    rules = policy_on(day).penalties
    versions = list(displayed_records(merchant, at))
    numbers = [version.record_id for version in versions]
    statements = dict(
        MerchantStatement.objects.filter(
            record__in=numbers, state=MerchantStatement.State.APPROVED
        ).values_list("record", "text")
    )
    disputed = set(
        FactCorrection.objects.filter(
            record__in=numbers, state=FactCorrection.State.PROPOSED
        ).values_list("record", flat=True)
    )
    displayed = []
    for version in versions:
        ends_on = version.determined_on + timedelta(
            days=rules[PenaltyLevel(version.level)].term_days
        )
        if ends_on > day:
            displayed.append(
                DisplayedRecord(
                    level=version.level,
                    level_text=version.get_level_display(),
                    determined_on=version.determined_on,
                    ends_on=ends_on,
                    remaining_days=(ends_on - day).days,
                    authority=version.authority,
                    title=version.title,
                    origin=version.record.source,
                    is_disputed=version.record_id in disputed,
                    statement=statements.get(version.record_id, ""),
                )
            )
    return displayed
